/**
 * Types of the `@std/*` modules as far as Pitcrew uses them. The npm package `deno-std`, which
 * stands in for JSR, ships JavaScript only; with JSR this file goes away.
 */

declare module "@std/assert" {
  export class AssertionError extends Error {}
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): void;
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    msg?: string,
  ): void;
  export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;
  export function assertFalse(expr: unknown, msg?: string): void;
  export function assertGreater<T>(actual: T, expected: T, msg?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertLess<T>(actual: T, expected: T, msg?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertArrayIncludes<T>(
    actual: ArrayLike<T>,
    expected: ArrayLike<T>,
    msg?: string,
  ): void;
  export function assertObjectMatch(
    // deno-lint-ignore no-explicit-any
    actual: Record<PropertyKey, any>,
    expected: Record<PropertyKey, unknown>,
    msg?: string,
  ): void;
  export function assertInstanceOf<T>(
    actual: unknown,
    // deno-lint-ignore no-explicit-any
    expected: abstract new (...args: any[]) => T,
    msg?: string,
  ): asserts actual is T;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    // deno-lint-ignore no-explicit-any
    ErrorClass?: abstract new (...args: any[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    // deno-lint-ignore no-explicit-any
    ErrorClass?: abstract new (...args: any[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
  export function fail(msg?: string): never;
  export function unreachable(msg?: string): never;
}

declare module "@std/async" {
  export function delay(
    ms: number,
    options?: { signal?: AbortSignal; persistent?: boolean },
  ): Promise<void>;
  export function deadline<T>(
    promise: Promise<T>,
    ms: number,
    options?: { signal?: AbortSignal },
  ): Promise<T>;
  export function pooledMap<T, R>(
    poolLimit: number,
    array: Iterable<T> | AsyncIterable<T>,
    iteratorFn: (data: T) => Promise<R>,
  ): AsyncIterableIterator<R>;
  export function retry<T>(
    fn: (() => Promise<T>) | (() => T),
    options?: {
      maxAttempts?: number;
      minTimeout?: number;
      maxTimeout?: number;
      multiplier?: number;
      jitter?: number;
    },
  ): Promise<T>;
}

declare module "@std/cli/parse-args" {
  export interface ParseOptions {
    "--"?: boolean;
    alias?: Record<string, string | string[]>;
    boolean?: boolean | string[];
    collect?: string[];
    default?: Record<string, unknown>;
    negatable?: string[];
    stopEarly?: boolean;
    string?: string[];
    unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  }
  export interface Args {
    _: (string | number)[];
    "--"?: string[];
    // deno-lint-ignore no-explicit-any
    [name: string]: any;
  }
  export function parseArgs(args: string[], options?: ParseOptions): Args;
}

declare module "@std/cli" {
  export * from "@std/cli/parse-args";
}

declare module "@std/encoding" {
  export function encodeHex(src: string | Uint8Array | ArrayBuffer): string;
  export function decodeHex(src: string): Uint8Array<ArrayBuffer>;
  export function encodeBase64(data: string | Uint8Array | ArrayBuffer): string;
  export function decodeBase64(b64: string): Uint8Array<ArrayBuffer>;
  export function encodeBase64Url(data: string | Uint8Array | ArrayBuffer): string;
  export function decodeBase64Url(b64url: string): Uint8Array<ArrayBuffer>;
}

declare module "@std/fmt/bytes" {
  export function format(
    num: number,
    options?: {
      bits?: boolean;
      binary?: boolean;
      signed?: boolean;
      locale?: boolean | string | string[];
      minimumFractionDigits?: number;
      maximumFractionDigits?: number;
    },
  ): string;
}

declare module "@std/fmt/colors" {
  export function bold(str: string): string;
  export function dim(str: string): string;
  export function italic(str: string): string;
  export function underline(str: string): string;
  export function inverse(str: string): string;
  export function red(str: string): string;
  export function green(str: string): string;
  export function yellow(str: string): string;
  export function blue(str: string): string;
  export function magenta(str: string): string;
  export function cyan(str: string): string;
  export function gray(str: string): string;
  export function white(str: string): string;
  export function getColorEnabled(): boolean;
  export function setColorEnabled(value: boolean): void;
  export function stripAnsiCode(string: string): string;
}

declare module "@std/fmt/duration" {
  export function format(
    ms: number,
    options?: { style?: "narrow" | "digital" | "full"; ignoreZero?: boolean },
  ): string;
}

declare module "@std/path" {
  export function basename(path: string, suffix?: string): string;
  export function common(paths: string[]): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function fromFileUrl(url: string | URL): string;
  export function toFileUrl(path: string): URL;
  export function isAbsolute(path: string): boolean;
  export function join(path: string | URL, ...paths: string[]): string;
  export function normalize(path: string): string;
  export function relative(from: string, to: string): string;
  export function resolve(...paths: string[]): string;
  export function globToRegExp(glob: string, options?: Record<string, unknown>): RegExp;
}

declare module "@std/ulid" {
  export function ulid(seedTime?: number): string;
  export function monotonicUlid(seedTime?: number): string;
  export function decodeTime(ulid: string): number;
}

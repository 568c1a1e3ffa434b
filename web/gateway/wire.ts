/**
 * Protocol buffers on the wire, as far as the gateway must see them: top-level fields of a message
 * are read or replaced without decoding the rest, so fields this version does not know pass
 * unchanged.
 *
 * @module
 */

/** The bytes are not a message, or hold a field in a form that nobody sends. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** One field as it lies in the message. */
export interface Field {
  number: number;
  /** Value of a length-delimited field; null for numbers. */
  bytes: Uint8Array | null;
  /** Key and value as they were. */
  raw: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;
const MAX_VARINT_BYTES = 10;

/** Splits a message into its fields. */
export function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = message[at++];
      if (byte === undefined) throw new WireError("a number is cut off");
      // Bits beyond 2^53 only occur in values that the gateway passes on as they are.
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new WireError("a number is too long");
  };
  const skip = (count: number): Uint8Array => {
    if (count > message.length - at) throw new WireError("a field is cut off");
    return message.subarray(at, at += count);
  };
  while (at < message.length) {
    const start = at;
    const key = varint();
    const number = Math.floor(key / 8);
    const type = key % 8;
    if (number < 1 || number > 536_870_911) throw new WireError(`field number ${number}`);
    let bytes: Uint8Array | null = null;
    if (type === VARINT) varint();
    else if (type === FIXED64) skip(8);
    else if (type === FIXED32) skip(4);
    else if (type === DELIMITED) bytes = skip(varint());
    else throw new WireError(`wire type ${type}`);
    fields.push({ number, bytes, raw: message.subarray(start, at) });
  }
  return fields;
}

/**
 * The bytes of a field that may stand there once; null when it is absent.
 *
 * @throws {WireError} when it stands there twice or as a number: servers would merge or choose,
 * and might choose otherwise than the gateway
 */
export function single(fields: Field[], number: number): Uint8Array | null {
  const found = fields.filter((field) => field.number === number);
  if (found.length > 1) throw new WireError(`field ${number} stands there twice`);
  if (found.length === 0) return null;
  if (found[0]!.bytes === null) throw new WireError(`field ${number} is not of its type`);
  return found[0]!.bytes;
}

/** A string field; "" when it is absent. */
export function text(fields: Field[], number: number): string {
  const bytes = single(fields, number);
  if (bytes === null) return "";
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new WireError(`field ${number} is not text`);
  }
}

/** The message with one field set to `value`, or without it when `value` is null. */
export function withField(
  fields: Field[],
  number: number,
  value: Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const rest = fields.filter((field) => field.number !== number).map((field) => field.raw);
  const own = value === null
    ? []
    : [varintBytes(number * 8 + DELIMITED), varintBytes(value.length), value];
  return concat([...own, ...rest]);
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 + 0x80);
  return Uint8Array.from([...bytes, value]);
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

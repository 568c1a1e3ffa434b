/**
 * Permits: the control plane's signed word that one disruptive step of one accepted run may act
 * now. Temporal is durability, not authority; without a permit a node refuses.
 *
 * Wire form: `base64url(JSON payload) + "." + base64url(Ed25519 signature of the first part)`.
 *
 * @module
 */

/** What is signed. */
export interface PermitPayload {
  v: 1;
  runId: string;
  planHash: string;
  stepPath: string;
  /** The action, e.g. `memory.relieve`. */
  uses: string;
  /** Node id. */
  node: string;
  /** sha256 (hex) of the canonical JSON of the step's resolved `with`, minus nothing. */
  withHash: string;
  dryRun: boolean;
  /** ISO 8601. */
  issuedAt: string;
  /** ISO 8601; refused afterwards. */
  expiresAt: string;
}

/** Input of the centre activity `permit.issue`. */
export interface IssuePermitInput {
  runId: string;
  stepPath: string;
  /** The step's inputs as the workflow resolved them; the centre resolves them again and compares. */
  with: Record<string, unknown>;
}

/** Output of `permit.issue`. */
export interface IssuePermitOutput {
  permit: string;
  expiresAt: string;
}

/**
 * The control plane's word on a permit as a port.
 *
 * @module
 */
import type { PermitAuthority } from "../../activities/node/mod.ts";
import { type CentreClient, CentreError } from "../centre/mod.ts";

/** Asks the control plane; a node that it does not admit has no permit that stands. */
export function permitAuthority(centre: CentreClient): PermitAuthority {
  return async (permit, signal) => {
    try {
      return await centre.permitStands(permit, signal);
    } catch (error) {
      const denied = error instanceof CentreError && [401, 403].includes(error.status);
      if (denied) return { stands: false, reason: error.message };
      throw error;
    }
  };
}

/** Version of the node runner. */
export const VERSION = "0.1.0";

/**
 * A node's process that polls, says so, and waits to be killed: `GATEWAY_ADDRESS TOKEN`.
 *
 * @module
 */
import proto from "@temporalio/proto";
import { RawNode } from "./raw_node.ts";

const [address, token] = Deno.args;
const node = new RawNode(address!, token);
const poll = proto.temporal.api.workflowservice.v1.PollActivityTaskQueueRequest.encode({
  namespace: "default",
  taskQueue: { name: "node:local" },
  identity: "to-be-killed",
}).finish();
await node.call("GetSystemInfo", new Uint8Array());
const polls = [1, 2, 3].map(() => node.call("PollActivityTaskQueue", poll, { ms: 60_000 }));
await new Promise((resolve) => setTimeout(resolve, 50));
console.log("polling");
await Promise.all(polls);

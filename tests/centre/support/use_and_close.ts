/**
 * A node's process with five connections that are used for a while and closed with a GOAWAY, some
 * with polls open: `GATEWAY_ADDRESS TOKEN`.
 *
 * @module
 */
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import proto from "@temporalio/proto";
import { Buffer } from "node:buffer";

const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/";
const [address, token] = Deno.args;
const metadata = new Metadata();
metadata.set("authorization", `Bearer ${token}`);
const poll = proto.temporal.api.workflowservice.v1.PollActivityTaskQueueRequest.encode({
  namespace: "default",
  taskQueue: { name: "node:local" },
  identity: "to-be-closed",
}).finish();
const same = (bytes: Buffer) => bytes;

async function use(withPoll: boolean): Promise<void> {
  const client = new Client(address!, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  const call = (method: string, body: Uint8Array) =>
    new Promise<void>((resolve) => {
      const bytes = Buffer.from(body);
      client.makeUnaryRequest(SERVICE + method, same, same, bytes, metadata, () => resolve());
    });
  if (withPoll) call("PollActivityTaskQueue", poll);
  for (let i = 0; i < 60; i++) {
    await call("GetSystemInfo", new Uint8Array());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  client.close();
}

await Promise.all([false, true, false, true, false].map(use));
await new Promise((resolve) => setTimeout(resolve, 300));
Deno.exit(0);

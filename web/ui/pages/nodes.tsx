/**
 * The nodes and what they told about themselves.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { api } from "../api/client.ts";
import type { Node } from "../api/types.ts";
import { Ago } from "../components/ago.tsx";
import { CellBar, HeadroomBar } from "../components/bars.tsx";
import { LevelBadge } from "../components/icons.tsx";
import { Missing } from "../components/missing.tsx";
import { Empty, Failure, Loading } from "../components/notice.tsx";
import { RunsTable } from "../components/runs_table.tsx";
import { useQuery } from "../data/use_query.ts";
import { useTitle } from "../data/use_title.ts";
import { formatBytes } from "../format/units.ts";
import { Link } from "../router/router.tsx";
import { NotFound } from "./not_found.tsx";

const REFRESH_MS = 5000;
const OBSERVES = "It observes: its reflex reports what it would do and signals nobody by itself. " +
  "Orders of a run for one cgroup are carried out; orders for the whole node are refused. " +
  "To let it act, give it a policy and start it without --observe.";
const ENFORCES = "It enforces: at level critical its reflex ends processes by the node's policy, " +
  "without asking.";

/** `/nodes`. */
export function NodesPage(): JSX.Element {
  const nodes = useQuery("nodes", (signal) => api.nodes(signal), REFRESH_MS);
  useTitle("Nodes");
  return (
    <>
      <h1 tabIndex={-1}>Nodes</h1>
      {nodes.loading && <Loading what="the nodes" />}
      {nodes.error && <Failure error={nodes.error} what="The nodes could not be read." />}
      {nodes.data && <NodesTable nodes={nodes.data.items} />}
    </>
  );
}

/** Nodes as rows; used by the overview as well. */
export function NodesTable(props: { nodes: Node[] }): JSX.Element {
  if (props.nodes.length === 0) {
    return (
      <Empty title="No node has registered.">
        <p>
          <code>deno task start</code> brings one up on this machine, unless it was called with{" "}
          <code>--no-node</code>.
        </p>
      </Empty>
    );
  }
  return (
    <table class="table rows">
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Status</th>
          <th scope="col">Level</th>
          <th scope="col">Available memory</th>
          <th scope="col">Guard</th>
          <th scope="col">Last seen</th>
        </tr>
      </thead>
      <tbody>
        {props.nodes.map((node) => (
          <tr key={node.id}>
            <th scope="row" data-label="Node">
              <Link class="row-link" data-row href={`/nodes/${encodeURIComponent(node.id)}`}>
                {node.id}
              </Link>{" "}
              <span class="muted">{node.hostname}</span>
            </th>
            <td data-label="Status">
              <OnlineBadge node={node} />
            </td>
            <td data-label="Level">
              <LevelBadge level={node.level} />
            </td>
            <td data-label="Available memory">
              {node.memory === null ? <span class="muted">not told</span> : (
                <div class="with-bar">
                  <span class="num">
                    {formatBytes(node.memory.availableBytes)} of{" "}
                    {formatBytes(node.memory.totalBytes)}
                  </span>
                  <CellBar share={node.memory.availableBytes / node.memory.totalBytes} />
                </div>
              )}
            </td>
            <td data-label="Guard">{node.guard?.mode ?? <span class="muted">not reached</span>}</td>
            <td data-label="Last seen">
              <Ago at={node.lastSeenAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `/nodes/:id`. */
export function NodePage(props: { id: string }): JSX.Element {
  const answer = useQuery(
    `node ${props.id}`,
    (signal) => api.node(props.id, signal),
    REFRESH_MS,
  );
  useTitle(`Node ${props.id}`);
  const node = answer.data;
  if (answer.error?.status === 404) return <NotFound what={`There is no node ${props.id}`} />;
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <Link href="/nodes">Nodes</Link>
      </nav>
      <div class="run-title">
        <h1 tabIndex={-1}>{props.id}</h1>
        {node && <OnlineBadge node={node} />}
        {node && <LevelBadge level={node.level} />}
      </div>
      {answer.loading && <Loading what="the node" />}
      {answer.error && <Failure error={answer.error} what="This page may be out of date." />}
      {node && <NodeBody node={node} />}
    </>
  );
}

function NodeBody(props: { node: Node }): JSX.Element {
  const { node } = props;
  return (
    <>
      {node.status === "offline" && (
        <div class="notice notice-warn">
          <p>
            <strong>This node is offline.</strong> It was last seen{" "}
            <Ago at={node.lastSeenAt} />; what stands here is from then. Steps for it wait until it
            is back.
          </p>
          <p class="hint">
            On the machine: look whether the node runner lives, and read its log under{" "}
            <code>logs/</code> in the data directory.
          </p>
        </div>
      )}
      <div class="actions">
        <Link class="button" href={`/runbooks?node=${encodeURIComponent(node.id)}`}>
          Start a runbook here
        </Link>
      </div>
      {node.memory && (
        <HeadroomBar
          label="Available memory"
          headroomBytes={node.memory.availableBytes}
          totalBytes={node.memory.totalBytes}
          level={node.level ?? undefined}
        />
      )}
      <div class="cards">
        <Card title="Machine">
          <Fact name="Host">{node.hostname ?? "—"}</Fact>
          <Fact name="System">{node.os ?? "—"}</Fact>
          <Fact name="Kernel">{node.kernel ?? "—"}</Fact>
          <Fact name="Architecture">{node.arch ?? "—"}</Fact>
          <Fact name="CPUs">{node.cpus ?? "—"}</Fact>
          <Fact name="Node runner">{node.version ?? "—"}</Fact>
          <Fact name="Last seen">
            <Ago at={node.lastSeenAt} />
          </Fact>
        </Card>
        <GuardCard guard={node.guard} reason={node.guardReason} />
        <CollectorCard collector={node.collector} reason={node.collectorReason} />
      </div>
      <h2>Last runs here</h2>
      <NodeRuns id={node.id} />
    </>
  );
}

function GuardCard(props: { guard: Node["guard"]; reason?: string }): JSX.Element {
  const { guard } = props;
  if (guard === null) {
    return (
      <section class="card">
        <h2>Guard</h2>
        <p>Not reached. Nothing on this node can be ended by Pitcrew until it is back.</p>
        {props.reason && <p class="muted">{props.reason}</p>}
      </section>
    );
  }
  return (
    <Card
      title="Guard"
      note={guard.mode === "observe" ? OBSERVES : ENFORCES}
    >
      <Fact name="Mode">{guard.mode}</Fact>
      <Fact name="Version">{guard.version}</Fact>
      <Fact name="Policy">
        <code title={guard.policyHash}>{guard.policyHash.slice(0, 10)}</code>
      </Fact>
      <Fact name="Own memory">{formatBytes(guard.rssBytes)}</Fact>
    </Card>
  );
}

function CollectorCard(
  props: { collector: Node["collector"]; reason?: string },
): JSX.Element {
  const { collector } = props;
  if (collector === null) {
    return (
      <section class="card">
        <h2>Collector</h2>
        <p>Not reached. Panoramas and profiles of this node fail until it is back.</p>
        {props.reason && <p class="muted">{props.reason}</p>}
      </section>
    );
  }
  return (
    <section class="card">
      <h2>Collector</h2>
      <dl class="facts">
        <Fact name="Version">{collector.version}</Fact>
        <Fact name="Own memory">{formatBytes(collector.rssBytes)}</Fact>
        <Fact name="Can do">
          {collector.capabilities.length === 0
            ? "—"
            : collector.capabilities.map((name) => <code key={name} class="code-tag">{name}</code>)}
        </Fact>
      </dl>
      <Missing sources={collector.missing} />
    </section>
  );
}

function NodeRuns(props: { id: string }): JSX.Element {
  const runs = useQuery(
    `runs of ${props.id}`,
    (signal) => api.runs({ node: props.id, limit: 5 }, signal),
    REFRESH_MS,
  );
  if (runs.data === null) {
    return runs.error
      ? <Failure error={runs.error} what="The runs could not be read." />
      : <Loading what="the runs" />;
  }
  return runs.data.items.length === 0
    ? <Empty title="Nothing has run on this node yet." />
    : <RunsTable runs={runs.data.items} />;
}

function Card(
  props: { title: string; note?: string; children: ComponentChildren },
): JSX.Element {
  return (
    <section class="card">
      <h2>{props.title}</h2>
      <dl class="facts">{props.children}</dl>
      {props.note && <p class="muted">{props.note}</p>}
    </section>
  );
}

function Fact(props: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class="num">{props.children}</dd>
    </div>
  );
}

/** Online or offline, as word and shape. */
export function OnlineBadge(props: { node: Node }): JSX.Element {
  const online = props.node.status === "online";
  return (
    <span class={`badge ${online ? "is-online" : "is-offline"}`}>
      <span class="dot" aria-hidden="true" />
      {props.node.status}
    </span>
  );
}

/**
 * Who was ended, who would have been, and who was left alone.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Kill, LeftAlone, Victim } from "../api/outputs.ts";
import { elapsedMs } from "../format/time.ts";
import { formatBytes, formatDuration, formatShare } from "../format/units.ts";
import { Clock } from "./ago.tsx";
import { CellBar } from "./bars.tsx";

const OUTCOMES: Record<string, string> = {
  killed: "gone after SIGKILL",
  exited: "ended on SIGTERM",
  already_gone: "was gone already",
  pid_reused: "pid was reused; not signalled",
  protected: "became protected; not signalled",
  failed: "did not end",
};

/** Processes that were signalled: predicted against freed. */
export function KillTable(props: { kills: Kill[] }): JSX.Element {
  const most = Math.max(
    1,
    ...props.kills.flatMap((kill) => [kill.predictedBytes, kill.freedBytes]),
  );
  return (
    <div class="table-wrap" role="region" aria-label="Processes that were ended" tabIndex={0}>
      <table class="table tight">
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col" class="right">Pid</th>
            <th scope="col">Signal</th>
            <th scope="col">At</th>
            <th scope="col" class="right">Gone after</th>
            <th scope="col" class="right">Predicted</th>
            <th scope="col" class="right">Freed</th>
            <th scope="col" class="wide">
              <span class="unseen">Freed against predicted</span>
            </th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {props.kills.map((kill) => {
            const gone = elapsedMs({ startedAt: kill.at, endedAt: kill.goneAt }, NaN);
            return (
              <tr key={`${kill.pid} ${kill.startTime}`}>
                <th scope="row" class="mono">{kill.name}</th>
                <td class="num right" title={`start time ${kill.startTime} ticks`}>{kill.pid}</td>
                <td class="mono">{kill.signal}</td>
                <td>
                  <Clock at={kill.at} milliseconds />
                </td>
                <td class="num right">
                  {gone === null || Number.isNaN(gone) ? "—" : formatDuration(gone)}
                </td>
                <td class="num right">{formatBytes(kill.predictedBytes)}</td>
                <td class="num right">
                  {formatBytes(kill.freedBytes)}
                </td>
                <td class="wide">
                  <CellBar
                    share={kill.freedBytes / most}
                    second={kill.predictedBytes / most}
                    title={`${formatShare(kill.freedBytes, kill.predictedBytes)} of the prediction`}
                  />
                </td>
                <td>
                  {Object.hasOwn(OUTCOMES, kill.outcome) ? OUTCOMES[kill.outcome] : kill.outcome}
                  {kill.note && <span class="muted">— {kill.note}</span>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Processes that a plan chose, in order. */
export function VictimTable(props: { victims: Victim[] }): JSX.Element {
  const most = Math.max(1, ...props.victims.map((victim) => victim.scoreBytes));
  return (
    <div class="table-wrap" role="region" aria-label="Processes that the plan chose" tabIndex={0}>
      <table class="table tight">
        <thead>
          <tr>
            <th scope="col" class="right">Rank</th>
            <th scope="col">Process</th>
            <th scope="col" class="right">Pid</th>
            <th scope="col" class="right">Would free</th>
            <th scope="col" class="wide">
              <span class="unseen">Bar</span>
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {props.victims.map((victim) => (
            <tr key={`${victim.pid} ${victim.startTime}`}>
              <td class="num right">{victim.rank}</td>
              <th scope="row" class="mono">{victim.name}</th>
              <td class="num right" title={`start time ${victim.startTime} ticks`}>{victim.pid}</td>
              <td class="num right">{formatBytes(victim.scoreBytes)}</td>
              <td class="wide">
                <CellBar share={victim.scoreBytes / most} />
              </td>
              <td>{victim.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Processes that were spared, and the rule that spared them. */
export function LeftAloneTable(props: { processes: LeftAlone[] }): JSX.Element {
  return (
    <div class="table-wrap" role="region" aria-label="Processes that were left alone" tabIndex={0}>
      <table class="table tight">
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col" class="right">Pid</th>
            <th scope="col">Protected by</th>
          </tr>
        </thead>
        <tbody>
          {props.processes.map((one) => (
            <tr key={`${one.pid} ${one.name}`}>
              <th scope="row" class="mono">{one.name}</th>
              <td class="num right">{one.pid}</td>
              <td>
                <code>{one.rule}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

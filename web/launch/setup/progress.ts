/**
 * What a person sees while set-up works: on a terminal one live line, elsewhere a line at the start,
 * at the end and every quarter of a minute in between. Always on standard error, so that standard
 * output stays for the one line `ready …`.
 *
 * @module
 */

/** Follows the steps that are under way. */
export interface Progress {
  /** A step begins. */
  begin(title: string): Task;
  /** Ends the display. */
  close(): void;
}

/** One step under way. */
export interface Task {
  /** What it is doing just now. */
  detail(text: string): void;
  done(note?: string): void;
  failed(): void;
}

const QUIET_MS = 15_000;
const encoder = new TextEncoder();

/** Seconds since `start` (ms of `performance.now()`), such as `12.3 s`. */
export function elapsed(start: number, now: number = performance.now()): string {
  const seconds = (now - start) / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function toStderr(text: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(text));
  } catch {
    // Nobody reads any more; that is no reason to stop.
  }
}

/** A display on standard error; `tty` decides which kind. */
export function createProgress(
  write: (text: string) => void = toStderr,
  tty: boolean = Deno.stderr.isTerminal(),
): Progress {
  const tasks = new Map<string, { start: number; detail: string; shownAt: number }>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const clear = () => {
    if (tty) write("\r\x1b[2K");
  };
  const line = (text: string) => {
    clear();
    write(`${text}\n`);
  };
  const live = () => {
    const now = performance.now();
    if (tty) {
      const parts = [...tasks].map(([title, task]) =>
        `${title} ${elapsed(task.start, now)}${task.detail && ` ${task.detail}`}`
      );
      write(`\r\x1b[2K… ${parts.join(" · ").slice(0, 110)}`);
      return;
    }
    for (const [title, task] of tasks) {
      if (now - task.shownAt < QUIET_MS) continue;
      task.shownAt = now;
      line(`…  ${title}: ${elapsed(task.start, now)} ${task.detail}`);
    }
  };
  const end = (title: string) => {
    tasks.delete(title);
    if (tasks.size === 0) {
      clearInterval(timer);
      timer = undefined;
      clear();
    }
  };
  return {
    begin(title) {
      const now = performance.now();
      const task = { start: now, detail: "", shownAt: now };
      tasks.set(title, task);
      if (!tty) line(`…  ${title}`);
      timer ??= setInterval(live, tty ? 120 : 1000);
      return {
        detail: (text) => task.detail = text,
        done(note) {
          end(title);
          line(`✓  ${title} (${elapsed(task.start)})${note ? `: ${note}` : ""}`);
        },
        failed() {
          end(title);
          line(`✗  ${title} (${elapsed(task.start)})`);
        },
      };
    },
    close() {
      clearInterval(timer);
      if (tasks.size > 0) clear();
      tasks.clear();
    },
  };
}

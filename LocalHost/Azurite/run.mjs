// Runs Azurite until stdin closes. The parent holds the other end of that pipe, so Azurite also ends when the parent is
// killed and cannot say goodbye; on every system, without process groups or signals.
import { createRequire } from "node:module";

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`Azurite needs Node 20 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

// Ctrl+C, a closed terminal and many supervisors signal every process of a group at once. Azurite would close then, while the
// functions still finish their work. So nobody but this file decides when it ends: the parent writes a line when it stops, and
// from then on only the end of stdin counts.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const once = process.once.bind(process);
process.once = (event, listener) => (signals.includes(event) ? process : once(event, listener));
let parentStops = false;
process.stdin.on("data", () => (parentStops = true));
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => setTimeout(() => parentStops || end(), 500));

// What Azurite says while it closes goes into a pipe that nobody reads any more when the parent was killed. That is no reason
// to die before its files are written: they hold what was accepted.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

process.stdin.resume();
process.stdin.on("error", end);
process.stdin.on("end", end);

function end() {
  // Azurite's own way to close, which writes its files; it listens for this message once it is up.
  if (!process.emit("message", "shutdown")) process.exit(0);
  setTimeout(() => process.exit(0), 5000).unref();
}

createRequire(import.meta.url)("azurite/dist/src/azurite.js");

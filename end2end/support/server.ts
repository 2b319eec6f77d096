// Runs the release build with an empty data folder on a free port of the loopback address.

import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const program = process.env["GATEHOUSE_BIN"] || join(root, "target/release/gatehouse");
/** The folder of the built site. */
export const site = process.env["GATEHOUSE_SITE_ROOT"] || join(root, "target/site");

/** Additional environment variables, such as `{ GATEHOUSE_CONTACT: "…" }`. */
export type Settings = Record<string, string>;

export class Server {
  #folder: string;
  #settings: Settings;
  #process: ChildProcess | undefined;
  #stdout = "";
  #onStdout: () => void = () => {};
  /** The base URL, `http://127.0.0.1:PORT`. */
  url = "";

  private constructor(folder: string, settings: Settings) {
    this.#folder = folder;
    this.#settings = settings;
  }

  /** Starts a server with an empty database. */
  static async start(settings: Settings = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "gatehouse-end2end-")), settings);
    await mkdir(server.dataFolder);
    await server.#listen("127.0.0.1:0");
    return server;
  }

  /** Stops the process and starts another with the same data at the same address. */
  async restart(): Promise<void> {
    await this.#stopProcess();
    await this.#listen(new URL(this.url).host);
  }

  /** Stops the process and deletes its data. */
  async stop(): Promise<void> {
    await this.#stopProcess();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The path of the data folder, with the database and the master key. */
  get dataFolder(): string {
    return join(this.#folder, "data");
  }

  /** Returns the one-time code for the setup page, which the server prints to stdout. */
  setupCode(): Promise<string> {
    return this.#waitForOutput(/setup code\s+(\S+)\s/);
  }

  /** Returns the server's log so far. */
  log(): Promise<string> {
    return readFile(this.#logFile, "utf8");
  }

  /** Runs a command next to the running server and returns its JSON output. */
  async command<Output>(args: string[], input = ""): Promise<Output> {
    const { status, output, errors } = await this.run([...args, "--json"], input);
    if (status !== 0) throw new Error(`gatehouse ${args.join(" ")} failed: ${errors}`);
    return JSON.parse(output) as Output;
  }

  /** Runs a command and returns its exit status, stdout and stderr. */
  run(args: string[], input = ""): Promise<{ status: number | null; output: string; errors: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: this.#folder, env: this.#environment("127.0.0.1:0") });
      let output = "";
      let errors = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
      child.on("error", reject);
      child.on("close", (status) => resolve({ status, output, errors }));
      // A command that reads no input may exit before the input is written.
      child.stdin.on("error", () => {});
      child.stdin.end(input);
    });
  }

  get #logFile(): string {
    return join(this.#folder, "log");
  }

  // Excludes the caller's own settings. There is no gatehouse.toml either: the folder holds only the data.
  #environment(address: string): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"],
      GATEHOUSE_ADDR: address,
      GATEHOUSE_DATA_DIR: this.dataFolder,
      GATEHOUSE_SITE_ROOT: site,
      ...this.#settings,
    };
  }

  async #listen(address: string): Promise<void> {
    this.#stdout = "";
    const child = spawn(program, ["serve"], { cwd: this.#folder, env: this.#environment(address) });
    this.#process = child;
    process.once("exit", () => child.kill("SIGKILL"));
    child.stderr.pipe(createWriteStream(this.#logFile, { flags: "a" }));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#onStdout();
    });
    const failed = new Promise<never>((_, reject) => {
      child.on("error", reject);
      // The folder may be gone, if the test has ended.
      child.on("exit", async (status) => {
        const log = await this.log().catch(() => "");
        reject(new Error(`The server exited with status ${status}:\n${log}`));
      });
    });
    failed.catch(() => {});
    this.url = await Promise.race([this.#waitForOutput(/listening on (http:\S+)\s/), failed]);
  }

  /** Waits until stdout matches the pattern and returns its first group. */
  #waitForOutput(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      this.#onStdout = () => {
        const found = pattern.exec(this.#stdout)?.[1];
        if (found) resolve(found);
      };
      this.#onStdout();
    });
  }

  async #stopProcess(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

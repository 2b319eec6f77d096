// A Gatehouse of its own: the release build, serving an empty data folder on a free port of the loopback address.

import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const program = process.env["GATEHOUSE_BIN"] || join(root, "target/release/gatehouse");
const site = process.env["GATEHOUSE_SITE_ROOT"] || join(root, "target/site");

/** Settings beyond those of every test, such as `{ GATEHOUSE_CONTACT: "…" }`. */
export type Settings = Record<string, string>;

export class Server {
  #folder: string;
  #settings: Settings;
  #process: ChildProcess | undefined;
  #console = "";
  #onConsole: () => void = () => {};
  /** Where it answers, `http://127.0.0.1:PORT`. */
  url = "";

  private constructor(folder: string, settings: Settings) {
    this.#folder = folder;
    this.#settings = settings;
  }

  /** A server with an empty database. */
  static async start(settings: Settings = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "gatehouse-end2end-")), settings);
    await mkdir(server.dataFolder);
    await server.#listen("127.0.0.1:0");
    return server;
  }

  /** Ends the process and starts another with the same data at the same address. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#listen(new URL(this.url).host);
  }

  /** Ends the process and forgets its data. */
  async stop(): Promise<void> {
    await this.#end();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The folder with the database and the master key. */
  get dataFolder(): string {
    return join(this.#folder, "data");
  }

  /** The one-time code of the setup page, which the console prints. */
  setupCode(): Promise<string> {
    return this.#printed(/setup code\s+(\S+)\s/);
  }

  /** What the server has logged so far. */
  log(): Promise<string> {
    return readFile(this.#logFile, "utf8");
  }

  /** Runs a command of the program beside the server, and reads its JSON. */
  async command<Answer>(words: string[], input = ""): Promise<Answer> {
    const { status, output, errors } = await this.run([...words, "--json"], input);
    if (status !== 0) throw new Error(`gatehouse ${words.join(" ")} failed: ${errors}`);
    return JSON.parse(output) as Answer;
  }

  /** Runs a command of the program as it is. */
  run(words: string[], input = ""): Promise<{ status: number | null; output: string; errors: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, words, { cwd: this.#folder, env: this.#environment("127.0.0.1:0") });
      let output = "";
      let errors = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
      child.on("error", reject);
      child.on("close", (status) => resolve({ status, output, errors }));
      // A command that takes no input may end before it could be written.
      child.stdin.on("error", () => {});
      child.stdin.end(input);
    });
  }

  get #logFile(): string {
    return join(this.#folder, "log");
  }

  // Nothing of the person's own settings gets in, and no gatehouse.toml: the folder is empty but for the data.
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
    this.#console = "";
    const child = spawn(program, ["serve"], { cwd: this.#folder, env: this.#environment(address) });
    this.#process = child;
    process.once("exit", () => child.kill("SIGKILL"));
    child.stderr.pipe(createWriteStream(this.#logFile, { flags: "a" }));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#console += text;
      this.#onConsole();
    });
    const failed = new Promise<never>((_, reject) => {
      child.on("error", reject);
      child.on("exit", async (status) => reject(new Error(`The server ended with ${status}:\n${await this.log()}`)));
    });
    failed.catch(() => {});
    this.url = await Promise.race([this.#printed(/listens on (http:\S+)\s/), failed]);
  }

  /** What the console prints in the pattern's first group, once it has. */
  #printed(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      this.#onConsole = () => {
        const found = pattern.exec(this.#console)?.[1];
        if (found) resolve(found);
      };
      this.#onConsole();
    });
  }

  async #end(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

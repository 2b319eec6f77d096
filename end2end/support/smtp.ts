// A mail server on the loopback address, and the emails that it has received.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const python = join(root, ".tools/mail-venv/bin/python");

/** An email, decoded by Python's standard library. */
export interface ReceivedEmail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** What a strict reader objects to. */
  defects: string[];
}

export class SmtpServer {
  /** The emails so far. */
  readonly received: ReceivedEmail[] = [];
  #process: ChildProcessWithoutNullStreams;
  #port = "";

  private constructor() {
    this.#process = spawn(python, [join(root, "end2end/mail/smtp_server.py")], { stdio: "pipe" });
  }

  /** Starts a server on a free port. */
  static async start(): Promise<SmtpServer> {
    const server = new SmtpServer();
    let errors = "";
    server.#process.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    await new Promise<void>((resolve, reject) => {
      server.#process.on("error", reject);
      server.#process.on("exit", (status) => reject(new Error(`The mail server exited with status ${status}:\n${errors}`)));
      createInterface(server.#process.stdout).on("line", (line) => {
        if (server.#port) {
          server.received.push(JSON.parse(line) as ReceivedEmail);
        } else {
          server.#port = line;
          resolve();
        }
      });
    });
    return server;
  }

  /** The settings of a portal that sends its emails here. */
  get settings(): Record<string, string> {
    return {
      GATEHOUSE_SMTP_URL: `smtp://127.0.0.1:${this.#port}`,
      GATEHOUSE_SMTP_TLS: "none",
      GATEHOUSE_EMAIL_FROM: "Gatehouse <gatehouse@portal.example>",
    };
  }

  /** Stops the server. */
  stop(): void {
    this.#process.removeAllListeners("exit");
    this.#process.stdin.end();
  }
}

// What every test gets: a running Gatehouse, an account of its own, and a watch on what its browsers complain about.

import { type BrowserContext, type Page, test as base, expect } from "@playwright/test";
import { Account } from "./account.ts";
import { Demo } from "./demo.ts";
import { Server } from "./server.ts";

export { expect };

interface Fixtures {
  /** The server that the test speaks to: the worker's, unless a file asks for one of its own. */
  server: Server;
  /** An account that no other test touches. */
  account: Account;
  /** A second browser of the same make, with cookies of its own. */
  anotherBrowser: () => Promise<Page>;
  /** Lets a complaint of the browser's console pass that the test means to bring about. */
  tolerate: (complaint: RegExp) => void;
  /** What the browsers have complained about. */
  complaints: Complaints;
  serverLog: void;
}

interface WorkerFixtures {
  sharedServer: Server;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedServer: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  server: ({ sharedServer }, use) => use(sharedServer),

  baseURL: ({ server }, use) => use(server.url),

  account: async ({ server }, use) => use(await Account.create(server)),

  complaints: [
    async ({}, use) => {
      const complaints = new Complaints();
      await use(complaints);
      expect(complaints.all(), "what the browser complained about").toEqual([]);
    },
    { auto: true },
  ],

  tolerate: ({ complaints }, use) => use((complaint) => complaints.tolerate(complaint)),

  context: async ({ context, complaints }, use) => {
    await complaints.watch(context);
    await use(context);
  },

  anotherBrowser: async ({ browser, complaints }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext();
      contexts.push(context);
      await complaints.watch(context);
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  serverLog: [
    async ({ server }, use, info) => {
      const before = (await server.log()).length;
      await use();
      if (info.status !== info.expectedStatus) {
        await info.attach("server log", { body: (await server.log()).slice(before), contentType: "text/plain" });
      }
    },
    { auto: true },
  ],
});

/** For a file whose tests each need a server that nobody has used before. */
export const testOnFreshServer = test.extend({
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
});

/** For tests that need pages with something on them: the demo account is on the worker's server too. */
export const testWithDemo = test.extend<object, { demo: Demo }>({
  demo: [async ({ sharedServer }, use) => use(await Demo.fill(sharedServer)), { scope: "worker" }],
});

/** The tag of tests that make no sense without script, in files whose other tests do. */
export const needsScript = "@script";

/** Whether the browsers of the running test have scripting on. */
export function hasScript(): boolean {
  return base.info().project.use.javaScriptEnabled !== false;
}

/** A preloaded file that waits for its use is a matter of seconds on a busy machine, and for ever without script. */
function isAboutTime(warning: string): boolean {
  return warning.includes("was preloaded using link preload but not used");
}

/** Errors and warnings on the console (a failed hydration is one), errors of scripts, violations of the policy. */
class Complaints {
  readonly #heard: string[] = [];
  // What a form is answered when it is refused is for the page to show; Chromium logs it besides.
  readonly #tolerated: RegExp[] = [/status of 4\d\d \([\w ]+\) \(http:\/\/[^ ]+\/fn\//];

  async watch(context: BrowserContext): Promise<void> {
    context.on("console", (message) => {
      const isBad = message.type() === "error" || (message.type() === "warning" && !isAboutTime(message.text()));
      if (isBad) this.#heard.push(`${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#heard.push(String(error.error())));
    await context.exposeFunction("reportViolation", (violation: string) => this.#heard.push(violation));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        const report = (window as unknown as { reportViolation: (violation: string) => void }).reportViolation;
        report(`${event.violatedDirective} forbids ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
      });
    });
  }

  tolerate(complaint: RegExp): void {
    this.#tolerated.push(complaint);
  }

  all(): string[] {
    return this.#heard.filter((heard) => !this.#tolerated.some((tolerated) => tolerated.test(heard)));
  }
}

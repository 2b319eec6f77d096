// A browser with an empty cache, which records the code that it loads, and when a page can be read and used.

import { type Browser, type BrowserContext, type CDPSession, type Page } from "@playwright/test";
import { slowLine } from "./budgets.mjs";
import { waitForHydration } from "../support/actions.ts";

export interface Times {
  readable: number;
  live: number;
}

export class Visitor {
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #requests = new Map<string, { name: string; bytes: number }>();

  private constructor(context: BrowserContext, page: Page, session: CDPSession) {
    this.#context = context;
    this.#page = page;
    this.#session = session;
  }

  /** Opens a browser with the cookies of another page, and nothing else of it. */
  static async arrive(browser: Browser, other: Page): Promise<Visitor> {
    const context = await browser.newContext({ storageState: await other.context().storageState() });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const visitor = new Visitor(context, page, session);
    await visitor.#record();
    return visitor;
  }

  async slowDown(): Promise<void> {
    const { latency, download, upload, cpuRate } = slowLine;
    await this.#session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency,
      downloadThroughput: download / 8,
      uploadThroughput: upload / 8,
    });
    await this.#session.send("Emulation.setCPUThrottlingRate", { rate: cpuRate });
  }

  /**
   * Opens a page and returns, in milliseconds, when all of it was parsed and painted, and when it was hydrated, which the
   * app marks in the document. A page without script is live when it can be read.
   */
  async open(address: string, hydrated: (page: Page) => Promise<void> = waitForHydration): Promise<Times> {
    await this.#page.goto(address);
    await hydrated(this.#page);
    await this.#page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    return this.#page.evaluate(() => {
      const startOf = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? 0;
      const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
      const readable = Math.max(startOf("first-contentful-paint"), navigation!.domInteractive);
      return { readable, live: Math.max(readable, startOf("live")) };
    });
  }

  /** Returns the WebAssembly and JavaScript that came over the network, with the sizes of what was sent. */
  code(): { name: string; bytes: number }[] {
    return [...this.#requests.values()].filter(({ name, bytes }) => /\.(wasm|js)$/.test(name) && bytes > 0);
  }

  forgetCode(): void {
    this.#requests.clear();
  }

  async leave(): Promise<void> {
    await this.#context.close();
  }

  async #record(): Promise<void> {
    this.#session.on("Network.requestWillBeSent", ({ requestId, request }) => {
      this.#requests.set(requestId, { name: new URL(request.url).pathname.slice(1), bytes: 0 });
    });
    // What comes from the cache has no encoded data.
    this.#session.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
      const request = this.#requests.get(requestId);
      if (request) request.bytes += encodedDataLength;
    });
    await this.#session.send("Network.enable");
    await this.#page.addInitScript(() => {
      const observer = new MutationObserver(() => {
        performance.mark("live");
        observer.disconnect();
      });
      observer.observe(document, { subtree: true, attributeFilter: ["data-live"] });
    });
  }
}

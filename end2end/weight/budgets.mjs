// What a page may load. A KB is 1,000 bytes of WebAssembly and JavaScript as the server sends them, compressed with Brotli, to
// a browser with an empty cache.
//
// `goal` is what is aimed at. `./script/test` fails above the ceilings, which are a little above what pages load today: lower
// them when pages become lighter.

/** Goals of every page. */
export const goals = {
  /** Requests for code. */
  requests: 10,
  /** KB that the second page of a section loads more. */
  second: 60,
  /** Seconds on the slow line until all of the page is parsed and painted. */
  readable: 1.5,
  /** Seconds on the slow line until the page is hydrated. */
  live: 5,
};

/** DevTools's "Fast 3G", with milliseconds and bits per second, and a processor that is four times as slow. */
export const slowLine = { latency: 562.5, download: 1_440_000, upload: 675_000, cpuRate: 4 };

/**
 * By route, or else by bundle of `app/src/routes.rs`. `goal` and `ceiling` are the KB of a first load, `requests` is a ceiling
 * of the requests for code, and `second` one of the KB that a page loads more after another one of its section.
 *
 * @type {Record<string, { section?: string, goal: number, ceiling: number, requests: number, second?: number }>}
 */
export const budgets = {
  "/sign-in": { goal: 0, ceiling: 0, requests: 0 },
  "/forgot-password": { goal: 0, ceiling: 0, requests: 0 },
  AuthPages: { goal: 350, ceiling: 260, requests: 5 },
  SectionPages: { goal: 420, ceiling: 200, requests: 5 },
  IntegrationPages: { section: "Integration", goal: 420, ceiling: 410, requests: 6, second: 0 },
  SettingsPages: { section: "Settings", goal: 350, ceiling: 315, requests: 7, second: 26 },
  ApiTokensPages: { section: "Settings", goal: 350, ceiling: 348, requests: 7, second: 58 },
  OauthAppsPages: { section: "Settings", goal: 350, ceiling: 350, requests: 7, second: 60 },
};

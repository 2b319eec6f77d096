// The browser that every test runs in: Debian's Chromium, kept from calling home.

import { execFileSync } from "node:child_process";

function installed(): string {
  try {
    return execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  } catch {
    throw new Error("Chromium is missing: install it (on Debian the package chromium), or name it in CHROMIUM.");
  }
}

export const chromium = {
  executablePath: process.env["CHROMIUM"] || installed(),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

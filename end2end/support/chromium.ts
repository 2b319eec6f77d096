// Launch options for the installed Chromium, with its background requests disabled.

import { execFileSync } from "node:child_process";

function findChromium(): string {
  try {
    return execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  } catch {
    throw new Error("Chromium is missing. Install it (package chromium on Debian), or set CHROMIUM to its path.");
  }
}

export const chromium = {
  executablePath: process.env["CHROMIUM"] || findChromium(),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

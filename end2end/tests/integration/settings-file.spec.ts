// The settings as a file: what a file would change is shown before it does.

import { writeFile } from "node:fs/promises";
import { history, integration, cards, saved, saveConnection } from "../../support/integration.ts";
import { open, press, section, signIn } from "../../support/steps.ts";
import { expect, hasScript, test } from "../../support/test.ts";

const file = JSON.stringify({
  portal: { url: "acme.bynder.com", dam: "bynder" },
  language: "de_DE",
  fields: [{ field: "heroImage", assetTypes: ["image"] }],
});

test("a file is uploaded after a look at what it changes", async ({ page, account }, info) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "old.bynder.com" });
  await open(page, history);
  const card = section(page, "Settings as a file");
  if (hasScript()) {
    const path = info.outputPath("settings.json");
    await writeFile(path, file);
    await card.getByLabel("Upload a file").setInputFiles(path);
  } else {
    await card.getByLabel("Or paste it").fill(file);
  }
  await expect(card.getByLabel("Or paste it")).toHaveValue(file);
  await press(card, "Preview");
  for (const words of ["https://old.bynder.com", "https://acme.bynder.com", "German", "heroImage"]) {
    await expect(card.locator(".changes").first()).toContainText(words);
  }
  await press(card, "Apply");
  await saved(page, 2);
  await expect(page.getByRole("article", { name: /^Revision 2\b/ })).toContainText("Applied a file");
  await open(page, integration);
  await expect(cards.bynder(page).getByLabel("Portal URL")).toHaveValue("https://acme.bynder.com");
});

test("a file that is none says where it is wrong", async ({ page, account }) => {
  await signIn(page, account.admin, history);
  const card = section(page, "Settings as a file");
  await card.getByLabel("Or paste it").fill('{"language": "de_DE", "portal": {"url": "ada@acme.com"}}');
  await press(card, "Preview");
  await expect(card.getByRole("alert")).toContainText("portal.url");
  await expect(card.getByRole("alert")).toContainText("Leave out the user before the @.");
  await expect(card.getByLabel("Or paste it")).toHaveValue(/ada@acme\.com/);
});

test("a long file with many errors leaves the button, the first errors and how many more there are in sight", async ({ page, account }) => {
  await signIn(page, account.admin, history);
  const card = section(page, "Settings as a file");
  const fields = Array.from({ length: 300 }, (_, index) => ({ field: `f${index}`, assetTypes: [] }));
  // On one line, so that it fits into an address where there is no script.
  await card.getByLabel("Or paste it").fill(JSON.stringify({ fields }));
  await press(card, "Preview");

  const alert = card.getByRole("alert");
  await expect(alert.getByRole("listitem")).toHaveCount(21);
  await expect(alert.getByRole("listitem").first()).toContainText("Select at least one asset type.");
  await expect(alert.getByRole("listitem").last()).toHaveText("and 280 more");
  await expect(alert).toBeFocused();
  await expect(alert).toBeInViewport();

  // A line of text is about 18 px high, and the text fills a hundred of them.
  const area = await card.getByLabel("Or paste it").boundingBox();
  expect(area!.height).toBeLessThan(21 * 24);
  const [said, button] = [await alert.boundingBox(), await card.getByRole("button", { name: "Preview" }).boundingBox()];
  expect(Math.abs(button!.y - (said!.y + said!.height))).toBeLessThan(100);
  await expect(card.getByLabel("Or paste it")).toHaveValue(/^\{"fields"/);
});

// People in a form's field User.

import { type Locator } from "@playwright/test";
import { type Person } from "./account.ts";
import { press } from "./steps.ts";
import { expect, hasScript } from "./test.ts";

/** Once a form was refused as several people have the name in its field User: chooses one, as the page offers them. */
export async function chooseAmong(form: Locator, people: Person[], chosen: Person): Promise<void> {
  const user = form.getByLabel("User", { exact: true });
  await expect(user).toHaveAccessibleDescription(/Several users have this name/);
  if (hasScript()) {
    await user.press("ArrowDown");
    await form.getByRole("option", { name: chosen.email }).click();
  } else {
    await expect(form.getByText("Who is meant?")).toBeVisible();
    for (const { email } of people) await expect(form.getByRole("listitem").filter({ hasText: email })).toHaveCount(1);
    await press(form.getByRole("listitem").filter({ hasText: chosen.email }), chosen.name);
  }
  await expect(user).toHaveValue(`${chosen.name} <${chosen.email}>`);
}

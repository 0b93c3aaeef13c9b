import { Type } from "@sinclair/typebox";
import { accessSettings } from "./settings/access.ts";
import { limitsSettings } from "./settings/limits.ts";
import { siteSettings } from "./settings/site.ts";
import { workingSettings } from "./settings/working.ts";

/** All settings, in the order of `redeem help` and of the README's table. */
export const settings = Type.Object({
  ...siteSettings,
  ...accessSettings,
  ...limitsSettings,
  ...workingSettings,
});

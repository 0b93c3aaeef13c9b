import { eq } from "drizzle-orm";
import type { Db } from "./db.ts";
import { facts } from "./schema.ts";

/** What is known of the site itself. */
export function readFact(db: Db, name: string): string | undefined {
  return db.select().from(facts).where(eq(facts.name, name)).get()?.value;
}

export function writeFact(db: Db, name: string, value: string): void {
  db.insert(facts)
    .values({ name, value })
    .onConflictDoUpdate({ target: facts.name, set: { value } })
    .run();
}

import { Elysia } from "elysia";

export function docs(_publicUrl: () => string) {
  return new Elysia();
}

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Engine, Unfinished } from "./transfer/types.ts";
import type { UploadList } from "./upload-list.ts";

/** The files of earlier visits that are neither finished nor in the list. */
export type Earlier = {
  files: ReadonlySignal<readonly Unfinished[]>;
  /** Goes on with those whose handles the browser kept; from a click. The others have to be chosen again. */
  continueAll(): Promise<void>;
  /** False where the file has to be chosen again. */
  continueOne(file: Unfinished): Promise<boolean>;
  forget(file: Unfinished): Promise<void>;
};

export function createEarlier(engine: Engine, list: UploadList): Earlier {
  const files = signal<readonly Unfinished[]>([]);
  const look = async () => {
    files.value = await engine.unfinished();
  };
  effect(() => {
    void list.order.value;
    void look();
  });
  const continueOne = async (file: Unfinished) => {
    const goesOn = await file.continue();
    await look();
    return goesOn;
  };
  return {
    files,
    continueOne,
    async continueAll() {
      for (const file of files.value.filter(({ canContinue }) => canContinue)) {
        await continueOne(file);
      }
    },
    async forget(file) {
      await file.forget();
      await look();
    },
  };
}

import { useState } from "preact/hooks";

/** A call of the API that is started by a button. */
export type Sending = {
  /** Whether it is under way: the button is disabled meanwhile, so that nothing is sent twice. */
  isSending: boolean;
  /** Why it failed the last time; undefined if it did not. */
  problem: unknown;
  send: () => void;
};

/** @param call what the button does; what it throws is the `problem` */
export function useSending(call: () => Promise<void>): Sending {
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const send = async () => {
    setSending(true);
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  return { isSending, problem, send: () => void send() };
}

import { useState } from "preact/hooks";

/** A call that somebody starts with a button. */
export type Sending = {
  /** It is under way: the button waits, so that nothing is sent twice. */
  isSending: boolean;
  /** Why it failed, the last time; undefined where it did not. */
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

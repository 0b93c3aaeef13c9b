/** @jsxImportSource preact */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import { Icon, type IconName } from "../kit/icon.tsx";
import { previewKind, type PreviewKind } from "./previews/previews.ts";
import type { FileState, Transfer } from "./transfer/types.ts";
import { useUploadPage } from "./upload-context.ts";

const KINDS: Record<PreviewKind, IconName> = { image: "image", video: "video", file: "file" };
const BADGES: Partial<Record<FileState, IconName>> = { done: "check", refused: "alert" };

/** The picture of a file as soon as it has one, and a mark where it has come to its end. */
export function FilePreview({ transfer }: { transfer: Transfer }) {
  const ref = useRef<HTMLSpanElement>(null);
  const address = useFilePreview(transfer, useIsSeen(ref));
  const badge = BADGES[transfer.state];
  return (
    <span class="preview" aria-hidden="true" ref={ref}>
      {address === undefined ? (
        <Icon name={KINDS[previewKind(transfer)]} />
      ) : (
        <img src={address} alt="" decoding="async" />
      )}
      {badge !== undefined && (
        <span class="badge">
          <Icon name={badge} />
        </span>
      )}
    </span>
  );
}

/** Milliseconds that a row has to be seen before its picture is made: rows of small files go while others are still sent. */
const SEEN_MS = 300;

/** Whether an element has been on the screen for a moment. */
function useIsSeen(ref: RefObject<HTMLElement | null>): boolean {
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null || isSeen) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (entries.at(-1)?.isIntersecting) timer = setTimeout(() => setIsSeen(true), SEEN_MS);
    });
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [ref, isSeen]);
  return isSeen;
}

/** Its address while a row shows it. */
function useFilePreview({ id, file }: Transfer, isSeen: boolean): string | undefined {
  const { previews } = useUploadPage();
  const [address, setAddress] = useState<ReadonlySignal<string | undefined>>();
  useEffect(() => {
    if (!isSeen) return undefined;
    setAddress(previews.use(id, file));
    return () => previews.release(id);
  }, [previews, id, file, isSeen]);
  return address?.value;
}

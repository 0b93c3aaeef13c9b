/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import { Icon, type IconName } from "../kit/icon.tsx";
import { previewKind, type PreviewKind } from "./previews/previews.ts";
import type { FileState, Transfer } from "./transfer/types.ts";
import { useUploadPage } from "./upload-context.ts";

const KINDS: Record<PreviewKind, IconName> = { image: "image", video: "video", file: "file" };
const BADGES: Partial<Record<FileState, IconName>> = { done: "check", refused: "alert" };

/** The picture of a file as soon as it has one, and a mark where it has come to its end. */
export function FilePreview({ transfer }: { transfer: Transfer }) {
  const address = useFilePreview(transfer);
  const badge = BADGES[transfer.state];
  return (
    <span class="preview" aria-hidden="true">
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

/** Its address while a row shows it. */
function useFilePreview({ id, file }: Transfer): string | undefined {
  const { previews } = useUploadPage();
  const [address, setAddress] = useState<ReadonlySignal<string | undefined>>();
  useEffect(() => {
    setAddress(previews.use(id, file));
    return () => previews.release(id);
  }, [previews, id, file]);
  return address?.value;
}

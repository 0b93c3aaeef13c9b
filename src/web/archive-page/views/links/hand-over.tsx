/** @jsxImportSource preact */
import { Button } from "../../../kit/button.tsx";
import { copyText } from "../../../kit/copy.ts";
import { toast } from "../../../kit/toast.tsx";
import { useArchive } from "../../archive-context.ts";

type Given = { url: string; title: string };

/** Buttons to hand a link over: copy it, or open the system's share sheet, if the browser has one. */
export function HandOver({ url, title, main = false }: Given & { main?: boolean }) {
  const { data } = useArchive();
  const texts = data.texts.links;
  const copy = async () => {
    toast((await copyText(url)) ? texts.copied : texts.notCopied);
  };
  return (
    <>
      <Button icon="link" kind={main ? "main" : "plain"} onClick={() => void copy()}>
        {texts.copy}
      </Button>
      {typeof navigator.share === "function" && (
        <Button icon="share" onClick={() => void share({ url, title })}>
          {texts.share}
        </Button>
      )}
    </>
  );
}

/** Opens the share sheet. Closing it without sharing rejects, which is no failure. */
async function share(given: Given): Promise<void> {
  await navigator.share(given).catch(() => undefined);
}

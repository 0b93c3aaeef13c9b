/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { Button } from "../../../kit/button.tsx";
import { Dialog } from "../../../kit/dialog.tsx";
import { Notice } from "../../../kit/notice.tsx";
import { useArchive } from "../../archive-context.ts";
import type { ApiParams } from "../../api.ts";
import { useSending } from "../../sending.ts";
import { EndField } from "./end-field.tsx";
import { useFieldErrors } from "./field-errors.ts";
import { GreetingFields } from "./greeting-fields.tsx";
import { FilesField } from "./limit-fields.tsx";
import { EMPTY_DRAFT, minutesOf, type LinkDraft, type LinkEnd } from "./link-draft.ts";
import type { LinkItem } from "./link-types.ts";
import { messageHtml, messageText } from "./message-text.ts";

/** A dialog that extends a link, and changes its number of files and its texts. */
export function EditLinkDialog({
  link,
  onChanged,
  onClose,
}: {
  link: LinkItem;
  onChanged: (link: LinkItem) => void;
  onClose: () => void;
}) {
  const { data, api, locale } = useArchive();
  const texts = data.texts.links;
  const [draft, setDraft] = useState(draftOf(link));
  const [end, setEnd] = useState<LinkEnd>();
  const { isSending, problem, send } = useSending(async () => {
    const params = changesOf(link, draft, end);
    onChanged((await api<LinkItem>("upload-token/update", params)).data);
    onClose();
  });
  const { errorOf, other } = useFieldErrors(problem);
  const change = (set: Partial<LinkDraft>) => setDraft((before) => ({ ...before, ...set }));
  const part = { draft, change, errorOf };

  // A short date: a `<select>` cuts off what is wider than a phone.
  const moment = locale.date(link.valid_until * 1000);
  return (
    <Dialog heading={texts.edit} closeLabel={data.common.close} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div class="short">
          <EndField
            end={end}
            keep={locale.say(link.state === "expired" ? texts.ended : texts.keepEnd, { moment })}
            error={errorOf("valid_minutes")}
            onChange={setEnd}
          />
          <FilesField
            {...part}
            least={link.consumed + link.reserved}
            hint={locale.say(texts.filesHint, { count: link.consumed })}
          />
        </div>
        <GreetingFields {...part} />
        {other !== undefined && <Notice kind="bad">{other}</Notice>}
        <div class="dialog-actions">
          <Button onClick={onClose}>{data.common.cancel}</Button>
          <Button type="submit" kind="main" disabled={isSending}>
            {texts.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function draftOf(link: LinkItem): LinkDraft {
  return {
    ...EMPTY_DRAFT,
    title: link.title,
    message: messageText(link.description),
    sender: link.sender,
    files: String(link.max_uploads),
  };
}

/** Parameters of `upload-token/update` for what was changed. The rest is not sent, so that an unchanged message keeps its markup. */
function changesOf(link: LinkItem, draft: LinkDraft, end: LinkEnd | undefined): ApiParams {
  const before = draftOf(link);
  const changed = (name: "title" | "message" | "sender" | "files") =>
    draft[name] === before[name] ? undefined : draft[name];
  const message = changed("message");
  return {
    token_id: link.token_id,
    title: changed("title"),
    description: message === undefined ? undefined : messageHtml(message),
    sender: changed("sender"),
    max_uploads: changed("files"),
    valid_minutes: end && minutesOf(end, Date.now()),
  };
}

/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { Button } from "../../../kit/button.tsx";
import { Dialog } from "../../../kit/dialog.tsx";
import { Notice } from "../../../kit/notice.tsx";
import { useArchive } from "../../archive-context.ts";
import type { Api } from "../../api.ts";
import { useSending, type Sending } from "../../sending.ts";
import { AlbumField, NEW_ALBUM } from "./album-field.tsx";
import { EndField } from "./end-field.tsx";
import { useFieldErrors } from "./field-errors.ts";
import { GreetingFields } from "./greeting-fields.tsx";
import { GuestFields } from "./guest-fields.tsx";
import { FilesField, SizeField, TypesField } from "./limit-fields.tsx";
import { EMPTY_DRAFT, paramsOfDraft, type LinkDraft } from "./link-draft.ts";
import type { LinkFormPart } from "./link-form-part.ts";
import { LinkShown } from "./link-shown.tsx";

type Made = { upload_url: string; title: string };

/** A dialog with the form for a new link, which then shows the link to hand over. */
export function NewLinkDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const { data, api } = useArchive();
  const texts = data.texts.links;
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [made, setMade] = useState<Made>();
  const change = (set: Partial<LinkDraft>) => setDraft((before) => ({ ...before, ...set }));

  const sending = useSending(async () => {
    const albumId = await albumFor(api, draft, change);
    const params = paramsOfDraft(draft, albumId, Date.now());
    setMade((await api<Made>("photo/get-upload-token", params)).data);
    onMade();
  });

  return (
    <Dialog
      heading={made === undefined ? texts.create : texts.ready}
      closeLabel={data.common.close}
      onClose={onClose}
    >
      {made === undefined ? (
        <LinkForm {...{ draft, change, sending, onClose }} />
      ) : (
        <LinkShown url={made.upload_url} title={made.title} passphrase={draft.passphrase} />
      )}
    </Dialog>
  );
}

/** The id of the chosen album, "" for none. An album that is to be new is made first, once only if the form is sent again. */
async function albumFor(
  api: Api,
  { albumId, newAlbum }: LinkDraft,
  change: LinkFormPart["change"],
): Promise<string> {
  if (albumId !== NEW_ALBUM) return albumId;
  const { data } = await api<{ album_id: number }>("album/create", { title: newAlbum });
  const made = String(data.album_id);
  change({ albumId: made });
  return made;
}

function LinkForm({
  draft,
  change,
  sending: { isSending, problem, send },
  onClose,
}: Pick<LinkFormPart, "draft" | "change"> & {
  sending: Sending;
  onClose: () => void;
}) {
  const { data } = useArchive();
  const texts = data.texts.links;
  const { errorOf, other } = useFieldErrors(problem);
  const part = { draft, change, errorOf };
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <GreetingFields {...part} />
      <div class="short">
        <EndField
          end={draft.end}
          error={errorOf("valid_minutes")}
          onChange={(end) => change({ end: end ?? EMPTY_DRAFT.end })}
        />
        <FilesField {...part} />
        <SizeField {...part} />
        <AlbumField {...part} />
      </div>
      <TypesField {...part} />
      <GuestFields {...part} />
      {other !== undefined && <Notice kind="bad">{other}</Notice>}
      <div class="dialog-actions">
        <Button onClick={onClose}>{data.common.cancel}</Button>
        <Button type="submit" kind="main" icon="link" disabled={isSending}>
          {texts.make}
        </Button>
      </div>
    </form>
  );
}

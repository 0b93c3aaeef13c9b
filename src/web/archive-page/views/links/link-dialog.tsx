/** @jsxImportSource preact */
import { Dialog } from "../../../kit/dialog.tsx";
import { toast } from "../../../kit/toast.tsx";
import { useArchive } from "../../archive-context.ts";
import { Confirm } from "../../listing/confirm.tsx";
import { EditLinkDialog } from "./edit-link-dialog.tsx";
import type { LinkAct } from "./link-row.tsx";
import { LinkShown } from "./link-shown.tsx";
import type { LinkItem } from "./link-types.ts";
import { nameOfLink } from "./link-words.ts";

export type OpenedLink = { link: LinkItem; act: LinkAct };

/** The dialog of what is being done with a link: show it with its QR code, change it, or revoke it. */
export function LinkDialog({
  opened: { link, act },
  onChanged,
  onClose,
}: {
  opened: OpenedLink;
  onChanged: (link: LinkItem) => void;
  onClose: () => void;
}) {
  const { data, api, locale } = useArchive();
  const texts = data.texts.links;
  const name = nameOfLink(link, data.texts, locale);
  if (act === "show") {
    return (
      <Dialog heading={name} closeLabel={data.common.close} onClose={onClose}>
        <LinkShown url={link.upload_url} title={link.title || data.siteName} />
      </Dialog>
    );
  }
  if (act === "edit") {
    const changed = (now: LinkItem) => {
      onChanged(now);
      toast(texts.saved);
    };
    return <EditLinkDialog link={link} onChanged={changed} onClose={onClose} />;
  }
  const revoke = async () => {
    const { data: now } = await api<LinkItem>("upload-token/revoke", { token_id: link.token_id });
    onChanged(now);
    toast(texts.revoked);
  };
  return (
    <Confirm heading={texts.revokeHeading} act={texts.revoke} run={revoke} onClose={onClose}>
      <p dir="auto">
        <strong>{name}</strong>
      </p>
      <p>{texts.revokeSentence}</p>
    </Confirm>
  );
}

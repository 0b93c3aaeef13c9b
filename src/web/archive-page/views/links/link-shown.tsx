/** @jsxImportSource preact */
import { Button } from "../../../kit/button.tsx";
import { Field } from "../../../kit/field.tsx";
import { Notice } from "../../../kit/notice.tsx";
import { useArchive } from "../../archive-context.ts";
import { HandOver } from "./hand-over.tsx";
import { isOwnMachine } from "./own-machine.ts";
import { QrCode } from "./qr-code.tsx";
import { saveQrPicture } from "./qr-picture.ts";

/** A link to hand over: its address, its QR code, copy and share. `passphrase`: shown beside it when it was just chosen; the server does not tell it again. */
export function LinkShown({
  url,
  title,
  passphrase = "",
}: {
  url: string;
  title: string;
  passphrase?: string;
}) {
  const { data, locale } = useArchive();
  const texts = data.texts.links;
  return (
    <div class="link-shown">
      <Field label={texts.address}>
        {(ids) => (
          <input {...ids} value={url} readOnly onFocus={(event) => event.currentTarget.select()} />
        )}
      </Field>
      {isOwnMachine(url) && <Notice kind="warning">{texts.ownMachine}</Notice>}
      <QrCode text={url} label={texts.qr} />
      <div class="actions">
        <HandOver url={url} title={title} main />
        <Button icon="download" onClick={() => void saveQrPicture(url, `${title || texts.qr}.png`)}>
          {texts.saveQr}
        </Button>
      </div>
      {passphrase !== "" && (
        <Notice kind="info">{locale.say(texts.tellPassphrase, { passphrase })}</Notice>
      )}
    </div>
  );
}

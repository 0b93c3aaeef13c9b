/** @jsxImportSource preact */
import type { VNode } from "preact";
import { GUEST_LENGTH } from "../api-limits.ts";
import { Button } from "./kit/button.tsx";
import { Field } from "./kit/field.tsx";
import { describeLimits, type Words } from "./upload-page/choosing/limits.ts";
import { acceptAttribute } from "./upload-page/choosing/types.ts";
import { apiTarget } from "./upload-page/page-data.ts";
import type { PageData } from "./upload-page/page-data.ts";

export type PlainFormInfo = Pick<
  PageData,
  "uploadToken" | "uploadGrant" | "ask" | "now" | "validUntil" | "maxSize" | "types" | "remaining"
>;

/**
 * The upload page for browsers without script: a form, whose answer is a page of words. Where its token is too old for a file to begin
 * (what has begun by a script may go on), it says so.
 */
export function PlainForm({ info, words }: { info: PlainFormInfo; words: Words }): VNode {
  const { texts } = words;
  if (info.now > info.validUntil) {
    return (
      <noscript>
        <p>{texts.expiredHeading}</p>
        <p class="hint">{texts.expiredSentence}</p>
      </noscript>
    );
  }
  return (
    <noscript>
      <form class="plain-form" method="post" enctype="multipart/form-data" action={apiTarget}>
        <input type="hidden" name="upload_token" value={info.uploadToken} />
        {info.uploadGrant !== null && (
          <input type="hidden" name="upload_grant" value={info.uploadGrant} />
        )}
        <input type="hidden" name="format" value="page" />
        <Asked info={info} words={words} />
        <Field
          label={texts.choose.file}
          hint={describeLimits({ ...info, files: info.remaining }, words)}
        >
          {(ids) => (
            <input {...ids} type="file" name="file" required accept={acceptAttribute(info.types)} />
          )}
        </Field>
        <Button kind="main" type="submit">
          {texts.choose.send}
        </Button>
      </form>
    </noscript>
  );
}

/** What the link asks of its guest beside the file. Before it in the form, as all that is known when it comes. */
function Asked({ info: { ask }, words: { texts } }: { info: PlainFormInfo; words: Words }): VNode {
  return (
    <>
      {ask.includes("name") && (
        <Field label={texts.guest.name}>
          {(ids) => (
            <input {...ids} name="guest_name" autocomplete="name" maxLength={GUEST_LENGTH.name} />
          )}
        </Field>
      )}
      {ask.includes("note") && (
        <Field label={texts.guest.note}>
          {(ids) => <textarea {...ids} name="guest_note" rows={2} maxLength={GUEST_LENGTH.note} />}
        </Field>
      )}
    </>
  );
}

/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { KEY_NAME_LENGTH } from "../../../../api-limits.ts";
import { Button } from "../../../kit/button.tsx";
import { copyText } from "../../../kit/copy.ts";
import { Dialog } from "../../../kit/dialog.tsx";
import { Field } from "../../../kit/field.tsx";
import { Notice } from "../../../kit/notice.tsx";
import { useArchive } from "../../archive-context.ts";
import { useProblemText } from "../../problem-text.ts";
import { useSending } from "../../sending.ts";
import { LEVEL_CHOICES, type KeyItem } from "./key-types.ts";

/** A dialog with the form for a new API key, which then shows the key. The server does not tell it again. */
export function NewKeyDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const { data } = useArchive();
  const [key, setKey] = useState<string>();
  const made = (secret: string) => {
    setKey(secret);
    onMade();
  };
  return (
    <Dialog heading={data.texts.keys.create} closeLabel={data.common.close} onClose={onClose}>
      {key === undefined ? (
        <KeyForm onMade={made} onClose={onClose} />
      ) : (
        <KeyShown secret={key} onClose={onClose} />
      )}
    </Dialog>
  );
}

function KeyForm({ onMade, onClose }: { onMade: (key: string) => void; onClose: () => void }) {
  const { data, api } = useArchive();
  const texts = data.texts.keys;
  const write = useProblemText();
  const [name, setName] = useState("");
  const [level, setLevel] = useState("write");
  const { isSending, problem, send } = useSending(async () => {
    const answer = await api<KeyItem & { api_key: string }>("key/create", { name, level });
    onMade(answer.data.api_key);
  });
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field label={texts.name} hint={texts.nameHint}>
        {(ids) => (
          <input
            {...ids}
            required
            maxLength={KEY_NAME_LENGTH}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={texts.level}>
        {(ids) => (
          <select {...ids} value={level} onChange={(event) => setLevel(event.currentTarget.value)}>
            {LEVEL_CHOICES.map((one) => (
              <option key={one} value={one}>
                {texts.levels[one]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {problem !== undefined && <Notice kind="bad">{write(problem)}</Notice>}
      <div class="dialog-actions">
        <Button onClick={onClose}>{data.common.cancel}</Button>
        <Button type="submit" kind="main" icon="key" disabled={isSending}>
          {texts.make}
        </Button>
      </div>
    </form>
  );
}

function KeyShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { data } = useArchive();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => setCopied(await copyText(secret));
  return (
    <div class="fields">
      <Notice kind="warning">{data.texts.keys.shownOnce}</Notice>
      <Field label={data.texts.keys.secret}>
        {(ids) => (
          <input
            {...ids}
            class="secret"
            value={secret}
            readOnly
            onFocus={(event) => event.currentTarget.select()}
          />
        )}
      </Field>
      <div class="dialog-actions">
        <Button kind="main" icon={isCopied ? "check" : "link"} onClick={() => void copy()}>
          {isCopied ? data.common.copied : data.common.copy}
        </Button>
        <Button onClick={onClose}>{data.common.close}</Button>
      </div>
    </div>
  );
}

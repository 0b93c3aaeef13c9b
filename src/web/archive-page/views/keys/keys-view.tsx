/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { Button } from "../../../kit/button.tsx";
import { toast } from "../../../kit/toast.tsx";
import { useArchive } from "../../archive-context.ts";
import { Confirm } from "../../listing/confirm.tsx";
import { usePages } from "../../listing/pages.ts";
import { PagesState } from "../../listing/pages-state.tsx";
import { ViewHead } from "../../view-head.tsx";
import { KeyRow } from "./key-row.tsx";
import type { KeyItem } from "./key-types.ts";
import { NewKeyDialog } from "./new-key-dialog.tsx";

/** The view of API keys, by which programs call the API and people sign in. */
export function KeysView() {
  const { data } = useArchive();
  const texts = data.texts.keys;
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<KeyItem>();
  const keys = usePages<KeyItem>("key/list", {}, (key) => key.key_id);
  return (
    <div class="view">
      <ViewHead heading={data.texts.frame.keys}>
        <Button kind="main" icon="plus" onClick={() => setMaking(true)}>
          {texts.create}
        </Button>
      </ViewHead>
      <div class="view-body rooms">
        <PagesState pages={keys} icon="key" nothing={texts.nothing}>
          {(items) => (
            <ul class="card-rows">
              {items.map((key) => (
                <KeyRow key={key.key_id} item={key} onRevoke={() => setRevoking(key)} />
              ))}
            </ul>
          )}
        </PagesState>
      </div>
      {isMaking && (
        <NewKeyDialog onMade={() => void keys.reload()} onClose={() => setMaking(false)} />
      )}
      {revoking !== undefined && (
        <RevokeKey
          item={revoking}
          onRevoked={keys.replace}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </div>
  );
}

function RevokeKey({
  item,
  onRevoked,
  onClose,
}: {
  item: KeyItem;
  onRevoked: (item: KeyItem) => void;
  onClose: () => void;
}) {
  const { data, api } = useArchive();
  const texts = data.texts.keys;
  const revoke = async () => {
    const { data: now } = await api<KeyItem>("key/revoke", { key_id: item.key_id });
    onRevoked(now);
    toast(texts.revoked);
  };
  return (
    <Confirm heading={texts.revokeHeading} act={texts.revoke} run={revoke} onClose={onClose}>
      <p dir="auto">
        <strong>{item.name || texts.unnamed}</strong>
      </p>
      <p>{texts.revokeSentence}</p>
      {item.key_id === data.userId && <p>{texts.revokeOwn}</p>}
    </Confirm>
  );
}

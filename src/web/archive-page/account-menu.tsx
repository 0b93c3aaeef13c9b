/** @jsxImportSource preact */
import { Button } from "../kit/button.tsx";
import { Menu } from "../kit/menu.tsx";
import { useArchive } from "./archive-context.ts";

/** Says with which level somebody is signed in, and signs out. The buttons are plain forms: the server answers with the sign-in page. */
export function AccountMenu() {
  const { data } = useArchive();
  const texts = data.texts.frame;
  return (
    <Menu icon="person" label={texts.account} words={<span>{texts.account}</span>}>
      {() => (
        <>
          <p class="menu-note">{texts.levels[data.level]}</p>
          <SignOutForm action="sign-out" label={texts.signOut} />
          <SignOutForm action="sign-out-everywhere" label={texts.signOutEverywhere} />
          <p class="menu-note">Redeem {data.version}</p>
        </>
      )}
    </Menu>
  );
}

function SignOutForm({ action, label }: { action: string; label: string }) {
  const { data } = useArchive();
  return (
    <form method="post" action={`${data.base}/archive/${action}`}>
      <input type="hidden" name="csrf" value={data.csrf} />
      <Button type="submit" icon="leave">
        {label}
      </Button>
    </form>
  );
}

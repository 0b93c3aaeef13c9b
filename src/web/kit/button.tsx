/** @jsxImportSource preact */
import type { ComponentChildren, JSX, Ref } from "preact";
import { Icon, type IconName } from "./icon.tsx";

type Own = {
  /** main: the one thing to do next; plain: anything else; danger: what takes something away. */
  kind?: "main" | "plain" | "danger";
  icon?: IconName;
  children?: ComponentChildren;
  buttonRef?: Ref<HTMLButtonElement>;
};

export type ButtonProps = Own & Omit<JSX.IntrinsicElements["button"], keyof Own | "class" | "ref">;

/** A button with words, and perhaps an icon before them. */
export function Button({
  kind = "plain",
  icon,
  children,
  type = "button",
  buttonRef,
  ...rest
}: ButtonProps) {
  return (
    <button {...rest} ref={buttonRef ?? null} type={type} class={`button ${kind}`}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that shows an icon alone. `label` is what it does, and to what: "Pause holiday.jpg". */
export function IconButton({
  icon,
  label,
  buttonRef,
  ...rest
}: { icon: IconName; label: string } & Omit<ButtonProps, "icon" | "children" | "kind">) {
  return (
    <button
      type="button"
      {...rest}
      ref={buttonRef ?? null}
      class="icon-button"
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}

/** A field in which somebody is typed or picked with ↓ from those who can be had; what is typed narrows them. */
import { TextInput } from '@mantine/core';
import { type KeyboardEvent, useId } from 'react';

export type Option = { key: string; name: string; detail: string; mark?: string };

type Props = {
  label: string;
  description?: string;
  placeholder?: string;
  name: string;
  options: readonly Option[];
  /** What stands below where there is nothing to pick. */
  nobody: string | null;
  text: string;
  type: (text: string) => void;
  picked: string | null;
  pick: (key: string | null) => void;
};

export function PickOrType(props: Props) {
  const { label, name, options, nobody, text, type, picked, pick } = props;
  const list = useId();
  const shown = narrowed(options, text, picked);
  const keys = (press: KeyboardEvent) => {
    if (press.key !== 'ArrowDown' && press.key !== 'ArrowUp') return;
    press.preventDefault();
    const at = shown.findIndex((option) => option.key === picked);
    const next = at + (press.key === 'ArrowDown' ? 1 : -1);
    pick(shown[Math.min(next, shown.length - 1)]?.key ?? null);
  };
  return (
    <div>
      <TextInput
        label={label}
        description={props.description}
        placeholder={props.placeholder ?? ''}
        name={name}
        data-autofocus
        autoFocus
        required={picked === null}
        maxLength={128}
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={picked === null ? undefined : `${list}-${picked}`}
        autoComplete="off"
        value={text}
        onChange={(change) => {
          pick(null);
          type(change.currentTarget.value);
        }}
        onKeyDown={keys}
      />
      {nobody !== null && <p className="dim">{nobody}</p>}
      <div role="listbox" id={list} aria-label={label} className="pick">
        {shown.map((option) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard, as a combobox does
          // biome-ignore lint/a11y/useFocusableInteractive: the field above names the active one
          <div
            key={option.key}
            id={`${list}-${option.key}`}
            role="option"
            aria-selected={option.key === picked}
            className="pick-row"
            data-option={option.key}
            onClick={() => pick(option.key)}
          >
            <strong>{option.name}</strong>
            <span>{option.detail}</span>
            {option.mark !== undefined && <span className="mark">{option.mark}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

function narrowed(options: readonly Option[], text: string, picked: string | null): readonly Option[] {
  const wanted = text.trim();
  if (wanted === '' || picked !== null) return options;
  return options.filter((option) => option.name.includes(wanted));
}

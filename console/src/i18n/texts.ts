/** Which language the page speaks, and how a text is filled in. The choice stays in this browser. */
import { createContext, useContext } from 'react';
import { largestUnit, type Span } from '../clock/format';
import { en } from './en';
import { type Key, zh } from './zh';

export type Locale = 'zh-CN' | 'en';
export type Values = Record<string, string | number>;

const TEXTS: Record<Locale, Record<Key, string>> = { 'zh-CN': zh, en };
const STORED = 'care.locale';

export type Texts = {
  locale: Locale;
  t: (key: Key, values?: Values) => string;
  /** The text `${prefix}.${code}`, or null where this console knows no such code. */
  find: (prefix: string, code: string, values?: Values) => string | null;
  /** A span in words: `8 min`. */
  span: (milliseconds: number) => string;
};

/** `{name}` in `text` becomes `values.name`; a name without a value stays visible. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function textsOf(locale: Locale): Texts {
  const table = TEXTS[locale];
  const t = (key: Key, values: Values = {}) => fill(table[key], values);
  return {
    locale,
    t,
    find: (prefix, code, values = {}) => {
      const text = (table as Record<string, string>)[`${prefix}.${code}`];
      return text === undefined ? null : fill(text, values);
    },
    span: (milliseconds) => {
      const { unit, value }: Span = largestUnit(milliseconds);
      return t(`span.${unit}`, { value });
    },
  };
}

/** The language chosen in this browser, or null where nobody has chosen. */
export function storedLocale(): Locale | null {
  const stored = localStorage.getItem(STORED);
  return stored === 'en' || stored === 'zh-CN' ? stored : null;
}

export function storeLocale(locale: Locale): void {
  localStorage.setItem(STORED, locale);
}

/** Changes the language of the page. */
export const SwitchLocale = createContext<(locale: Locale) => void>(() => undefined);

export const TextsContext = createContext<Texts>(textsOf('zh-CN'));

export function useTexts(): Texts {
  return useContext(TextsContext);
}

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en';
import { fill, textsOf } from '../src/i18n/texts';
import { type Key, zh } from '../src/i18n/zh';

const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const keys = Object.keys(zh) as Key[];

describe('the two languages', () => {
  it('have the same texts', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('fill in the same values: %s', (key) => {
    expect(names(en[key])).toEqual(names(zh[key]));
  });

  it('are both complete: nothing empty, no Chinese left in English but the way back to it', () => {
    for (const key of keys) {
      expect(zh[key].trim(), key).not.toBe('');
      expect(en[key].trim(), key).not.toBe('');
      if (key !== 'language.switch') expect(en[key], key).not.toMatch(/[\u4e00-\u9fff]/);
    }
  });
});

/** Prefixes of texts that are found by a code of the backend, an action or a unit. */
const BY_CODE =
  /^(component|effect|health|timeline|answers\.(stage|state)|handling|severity|person|role|problem|action|span|link|login|trouble)\./;

describe('every text', () => {
  it('is used', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    const others = files.filter((name) => !/i18n.(zh|en)\.ts$/.test(name) && !name.endsWith('.d.ts'));
    const source = others.map((name) => readFileSync(`src/${name}`, 'utf8')).join('\n');
    expect(keys.filter((key) => !BY_CODE.test(key) && !source.includes(`'${key}'`))).toEqual([]);
  });
});

describe('a text', () => {
  it('keeps a name without a value visible', () => {
    expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
  });

  it('says null for a code that it does not know', () => {
    expect(textsOf('en').find('severity', 'urgent')).toBe('Urgent');
    expect(textsOf('en').find('severity', 'unheard-of')).toBeNull();
  });
});

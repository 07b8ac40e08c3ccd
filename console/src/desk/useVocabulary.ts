/** The backend's words for event types and outcomes, so that the console carries no copy of them. */
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { call } from '../api/client';
import type { Vocabulary } from '../api/types';
import { useTexts } from '../i18n/texts';

const RETRY_MS = 3_000;
type Outcome = Vocabulary['outcomes'][number];

export type Words = {
  eventType: (code: string) => string;
  outcome: (code: string) => string;
  outcomes: readonly { code: string; label: string; needsSeenBy: boolean }[];
};

const NO_WORDS: Words = { eventType: (code) => code, outcome: (code) => code, outcomes: [] };

export const WordsContext = createContext<Words>(NO_WORDS);

export function useWords(): Words {
  return useContext(WordsContext);
}

/** Reads the vocabulary once; until it is there, and for codes that it does not name, the code itself is shown. */
export function useVocabulary(): Words {
  const { locale } = useTexts();
  const [vocabulary, setVocabulary] = useState<Vocabulary | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      call<Vocabulary>('GET', '/vocabulary').then(setVocabulary, () => {
        timer = setTimeout(read, RETRY_MS);
      });
    };
    read();
    return () => clearTimeout(timer);
  }, []);
  return useMemo(() => {
    if (vocabulary === null) return NO_WORDS;
    const types = new Map(vocabulary.event_types.map((row) => [row.code, row.label[locale]]));
    const outcomes = vocabulary.outcomes.map((row: Outcome) => ({
      code: row.code,
      label: row.label[locale],
      needsSeenBy: row.needs_seen_by,
    }));
    const closings = new Map(outcomes.map((row) => [row.code, row.label]));
    return {
      eventType: (code) => types.get(code) ?? code,
      outcome: (code) => closings.get(code) ?? code,
      outcomes,
    };
  }, [vocabulary, locale]);
}

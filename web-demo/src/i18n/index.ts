// The language of the page: English at once, others when they are chosen.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en, type Strings } from './en.ts';

export type { Strings };
export type Language = 'en' | 'zh' | 'ja';

export const LANGUAGES: Record<Language, string> = { en: 'English', zh: '中文', ja: '日本語' };
export const TAGS: Record<Language, string> = { en: 'en', zh: 'zh-Hans', ja: 'ja' };

export const Words = createContext<Strings>(en);
export const useWords = (): Strings => useContext(Words);

export async function strings(language: Language): Promise<Strings> {
  switch (language) {
    case 'en':
      return en;
    case 'zh':
      return (await import('./zh.ts')).zh;
    case 'ja':
      return (await import('./ja.ts')).ja;
  }
}

/** What the visitor chose, or the first language of the browser that there is. */
export function preferred(): Language {
  const wanted = [remembered('language'), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return wanted.find((tag): tag is Language => tag !== undefined && tag in LANGUAGES) ?? 'en';
}

export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(`veriquote.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`veriquote.${name}`, value);
  } catch {
    // A page without storage forgets.
  }
}

/** The language as a tag, for dates. */
export const Tag = createContext<string>('en');
export const useTag = (): string => useContext(Tag);

export type CycleNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** What each number of each kind is said to mean, in one language. The 33rd is no day; cycles have no master numbers. */
export interface Meanings {
  readonly life_path: MeaningsOf<CycleNumber | 11 | 22 | 33>;
  readonly birthday: MeaningsOf<CycleNumber | 11 | 22>;
  readonly expression: MeaningsOf<CycleNumber | 11 | 22 | 33>;
  readonly soul_urge: MeaningsOf<CycleNumber | 11 | 22 | 33>;
  readonly personality: MeaningsOf<CycleNumber | 11 | 22 | 33>;
  readonly personal_year: MeaningsOf<CycleNumber>;
  readonly personal_month: MeaningsOf<CycleNumber>;
}
type MeaningsOf<Numbers extends number> = Readonly<Record<Numbers, string>>;

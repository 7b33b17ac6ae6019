/** Something that can be booked. */
export interface Service {
  /** As it is said, written down and read back, such as `beard trim`. */
  readonly name: string;
  /** With its article, as callers ask for it: `a beard trim`. */
  readonly withArticle: string;
  /** Other words for it. The recogniser learns them and the agent understands them. */
  readonly synonyms: readonly string[];
  /** As it is said: "35 dollars". */
  readonly price: string;
}

/** What the shop offers unless the owner says otherwise. */
export const defaultServices: readonly Service[] = [
  {
    name: 'haircut',
    withArticle: 'a haircut',
    synonyms: [
      'hair cut',
      'cut',
      "men's haircut",
      "women's haircut",
      'trim my hair',
      'hair trim',
      'trim',
      'my hair cut',
    ],
    price: '35 dollars',
  },
  { name: 'beard trim', withArticle: 'a beard trim', synonyms: ['beard', 'trim my beard'], price: '20 dollars' },
  {
    name: 'hair color',
    withArticle: 'a hair color',
    synonyms: ['color', 'colour', 'coloring', 'hair coloring', 'dye', 'highlights', 'hair dye'],
    price: '90 dollars',
  },
  { name: 'shave', withArticle: 'a shave', synonyms: ['hot shave', 'hot towel shave'], price: '25 dollars' },
  {
    name: 'wash and blow dry',
    withArticle: 'a wash and blow dry',
    synonyms: ['blow dry', 'wash', 'hair wash', 'shampoo', 'wash and dry'],
    price: '30 dollars',
  },
];

/** Is it one of the English words that speech is held together by? They are about half of all that is said. */
export function isCommonEnglishWord(word: string): boolean {
  return words.has(word);
}

const words = new Set(
  (
    'a about account after again agree all already an and another any anything are as ask at away back be because been before best ' +
    "better book booking bye call can can't cancel change check come could day did didn't do does doesn't don't down else email every " +
    'everything evening fine first five for four friday from get give go going good goodbye got great had has have he hello help her ' +
    "here hey hi him his home hour how i i'd i'll i'm i've if in is isn't it it's just know last late later leave left let like look " +
    'lost make many maybe me mean meet minute moment monday more morning much my name need never new next night nine no nobody not ' +
    'nothing now number of off office oh ok okay on one open or our out over pay people phone please price problem put ready really ' +
    'right room run saturday say second see send seven she should since six so some somebody someone something soon sorry speak still ' +
    "sunday sure take talk tell ten than thank thanks that that's the their them then there there's these they thing think this three " +
    "thursday time to today tomorrow tonight too try tuesday two understand until up us very wait want was we we're wednesday week " +
    "welcome well were what what's when where which who why will with work would wrong yeah year yes yesterday yet you your you're"
  ).split(' '),
);

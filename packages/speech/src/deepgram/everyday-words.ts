/** English words that every recogniser hears without help: to name them would only take the place of rarer ones. */
export const everydayWords: ReadonlySet<string> = new Set(
  `a about above actually after afternoon again ago all almost already also always am an and another any anybody anyone anything
  april are around as ask at august available away back bad be because been before begin best better between big book booking both
  bring but buy by bye call came can can't cancel card cause change check come coming correct could date day days december did
  didn't different do does doesn't doing don't done down each early eight eighteen eighth eighty either eleven email end enough
  evening ever every everything fifteen fifth fifty find fine first five for forty found four fourteen fourth free friday from full
  fully get getting give go goes going gone good goodbye got great guess had half has have haven't having he hello help her here
  hey hi him his hold hour hours house how hundred i i'd i'll i'm i've if in instead into is isn't it it's its january july june
  just keep kind knew know last late later least left less let let's like line list little long look looking lot made make many
  march may maybe me mean meet message might mine minute minutes mistake moment monday money month months more morning most
  move much must my myself name need never new next night nine nineteen ninety ninth no nobody noon nope not nothing november now
  number o'clock october of off oh ok okay old on once one only open or order other our out over own pay people person phone
  please possible probably problem put question quick quite rather reach ready really remember right room said same saturday say
  second see seen send september seven seventeen seventh seventy she should show sir six sixteen sixth sixty small so some
  somebody someone something soon sorry speak start stay still stop such sunday sure take talk tell ten tenth than thank thanks
  that that's the their them then there these they thing things think third thirteen thirty this those thought thousand three
  thursday till time to today together told tomorrow tonight too took try tuesday turn twelve twenty two under until up us use
  very wait want wanted was wasn't way we we'd we'll we're wednesday week weekend weeks well went were what what's when where
  which while who why will wish with within without won't work would wouldn't wrong yeah year years yep yes yesterday yet you
  you'd you'll you're your zero`.split(/\s+/),
);

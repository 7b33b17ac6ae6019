/** Common first names, each with a pronunciation in the CMU dictionary; lower case. */
export const FIRST_NAMES: readonly string[] = words(`
  james robert john michael david william richard joseph thomas charles christopher daniel matthew anthony mark
  donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob
  gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander frank patrick
  raymond jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle ethan walter noah
  jeremy christian keith roger terry austin sean gerald carl harold dylan arthur lawrence jordan jesse bryan
  billy bruce gabriel joe logan alan juan albert willie elijah wayne randy vincent mason roy ralph bobby russell
  bradley philip eugene bob tom jim mike dave steve dan ben sam nick matt chris tony rick ed alex max leo oscar
  felix hugo simon martin victor ivan omar ali ahmed carlos luis miguel diego pedro antonio marco mario luke
  owen liam lucas evan isaac caleb connor cameron ian colin craig derek dean graham neil nigel stuart trevor
  oliver harry charlie alfie archie theo toby mary patricia jennifer linda elizabeth barbara susan jessica sarah
  karen lisa nancy betty sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah
  stephanie rebecca sharon laura cynthia dorothy amy kathleen angela shirley emma brenda pamela nicole anna
  samantha katherine christine helen debra rachel carolyn janet maria catherine heather diane olivia julie joyce
  victoria ruth virginia lauren kelly christina joan evelyn judith andrea hannah megan cheryl jacqueline martha
  madison teresa gloria sara janice ann kathryn abigail sophia frances jean alice judy isabella julia grace
  amber denise danielle marilyn beverly charlotte natalie theresa diana brittany doris kayla alexis lori marie
  kate katie lucy ellen claire chloe molly zoe lily rose daisy holly poppy eva ella mia ava amelia audrey
  vanessa monica veronica valerie wendy tracy tina tiffany sylvia sonia sally sabrina rosa rita robin regina
  priscilla phyllis penny paula natasha naomi nadia miranda mandy lydia louise leah kristen june jill jenny jane
  irene ida heidi gina gail fiona eleanor elaine edith dawn daphne colleen clara carmen camille bonnie beth
  bella becky annie anita alicia alison
`);

/** Common last names, each with a pronunciation in the CMU dictionary; lower case. */
export const LAST_NAMES: readonly string[] = words(`
  smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson
  anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis
  robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera
  campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart
  morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim
  cox ward richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo
  sanders patel myers long ross foster jimenez powell jenkins perry russell sullivan bell coleman butler
  henderson barnes fisher vasquez simmons graham murray ford castro marshall owens harrison fernandez mcdonald
  woods washington kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson
  porter hunter gordon mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black
  robertson boyd stone salazar fox warren mills meyer rice schmidt garza daniels ferguson nichols stephens soto
  weaver ryan gardner payne grant dunn kelley spencer hawkins arnold pierce hansen peters santos hart bradley
  knight elliott cunningham duncan armstrong hudson carroll lane riley andrews
`);

function words(list: string): string[] {
  return list.trim().split(/\s+/);
}

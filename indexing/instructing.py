"""The verbs with which instructions begin, in their plain form."""

VERBS = frozenset(
    """
    accept access acknowledge activate add address adjust advise agree alert align allow analyse
    analyze announce answer apologise apologize append apply approve arrange ask assess assign
    assist assure attach attempt attend audit authorise authorize avoid back backup bag balance
    bandage begin block boil book break bring browse build bundle burn buy calculate call cancel
    capture carry catch change charge check choose claim clamp clean clear click close collect
    combine come comfort compare complete compress compute configure confirm connect consider
    consult contact contain continue convert convince cook cool copy correct count cover create
    cross cut date deactivate debug decide declare decrease deduct define delegate delete deliver
    deploy deposit describe detach detect determine diagnose direct disable discard disconnect
    discuss disinfect dismiss display dispose divide document double-check download drain draw drill
    drive drop dry edit eject elevate email empty enable encourage encrypt end engage enrol enroll
    ensure enter escalate establish estimate evacuate evaluate examine exchange execute exit expand
    explain export express extend extract fasten feel fetch file fill filter find finish fit fix
    flag flush fold follow forward free freeze garnish gather generate get give glue go grab grant
    grate grease greet grind group guide halt hammer hand handle hang have heat help hoist hold
    identify ignore illustrate immerse immobilise implement import impound improve include increase
    indicate inflate inform infuse initial initiate inject insert inspect install instruct insulate
    interrupt interview introduce invert investigate invite invoice irrigate isolate issue join jot
    keep kneel knock label latch lather launch lay lead learn leave lend let lift light limit list
    listen load locate lock log look loosen lower lubricate mail maintain make manage mark match
    measure meet mention migrate mix modify monitor mop mount move navigate neutralise note notify
    observe obtain offer offload open operate order organise pack page paint park pass paste patch
    pause pay peel perform phone photograph pick pierce pin pinch place plan plug point polish
    position post pour power pre-authorise pre-authorize preheat prepare present preset press
    prevent print probe proceed process produce prompt propose protect prove provide pull pump purge
    push put quarantine query quit raise read reassemble reassure reattach rebook reboot recall
    receive recharge recheck recommend reconcile reconnect record recount recover redeem redirect
    reduce refer refill refrigerate refund refuse register rehearse reheat reject release relight
    reload relocate remain remember remind remove rename render renew reopen repair repeat replace
    replenish reply report request reschedule rescue reseal reserve reset resolve respect respond
    restart restore restrict resubmit resume retain retire retrieve retry return reuse reverse
    review revoke rewind ring rinse rotate route rub run sanitise sanitize save say scale scan
    schedule scrape scrub seal search secure see seek select sell send separate serve set settle sew
    shake share ship show shut sign signal silence sit skim skip slice slide smile smooth snap soak
    sort speak specify spin split spray spread squat squeeze stack stamp stand staple start state
    stay steer step sterilise stick stir stop store stow strip submit subtract suggest supervise
    support suspend swap sweep swipe switch sync tag take talk tap tape tear telephone tell
    terminate test thank thaw tick tidy tie tighten toggle top touch trace track train transfer
    translate transport treat trim troubleshoot try turn type uncover undo unload unlock unpack
    unplug unscrew untie unwrap update upgrade upload use vacuum validate ventilate verify view
    visit void wait walk warm warn wash watch wear weigh weld whisk wipe wish withdraw work wrap
    write zip
    """.split()  # noqa: SIM905 - a list of that many literals reads worse
)

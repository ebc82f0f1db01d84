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
    drive drop dry edit eject elevate email empty enable encourage encrypt end engage ensure enter
    enrol enroll escalate establish estimate evacuate evaluate examine exchange execute exit expand
    explain export express extend extract fasten feel fetch file fill filter find finish fit fix
    flag flush fold follow forward free freeze gather generate get give go grab grant greet group
    guide hand handle hang have heat help hold identify ignore illustrate immobilise implement
    import improve include increase indicate inform initiate initial insert inspect install
    instruct insulate interview introduce investigate invite invoice isolate issue join keep label
    launch lay lead learn leave lend let lift light limit list listen load locate lock log look
    loosen lower mail maintain make manage mark match measure meet mention migrate mix modify
    monitor mount move navigate neutralise note notify observe obtain offer open operate order
    organise pack page park pass paste patch pause pay perform photograph phone pick pin place plan
    plug point position post pour power prepare present press prevent print process produce prompt
    propose protect prove provide pull pump purge push put query quit raise read reassure reboot
    recall receive recharge recommend reconcile record recover reduce refer refill refund refuse
    register reject release reload relocate remain remember remind remove rename render renew
    reopen repair repeat replace reply report request reschedule reseal reserve reset resolve
    respect respond restart restore restrict resubmit resume retain retire retrieve retry return
    reverse review revoke ring rinse rotate route run save say scale scan schedule scrub seal search
    secure see seek select sell send separate serve set settle shake share ship show shut sign
    signal sit skip slide soak sort speak specify split spray spread stack stand start state stay
    step sterilise stop store stow strip submit suggest supervise support suspend swap sweep switch
    sync tag take talk tape tear tell terminate test thank tidy tie tighten top touch trace track
    train transfer translate transport treat trim troubleshoot try turn type uncover undo unload
    unlock unpack unplug unscrew update upgrade upload use validate ventilate verify view visit
    void wait walk warm warn wash watch wear weigh wipe wish withdraw work wrap write zip
    """.split()  # noqa: SIM905 - a list of that many literals reads worse
)

GO_ARCH_DEPENDS:=@(aarch64||arm||mips||mipsel||x86_64)

define GoBinPackage
endef

define BuildPackage
$(eval $(Package/$(1)))
all: $(1)
$(1)/title:=$(TITLE)
$(1)/depends:=$(DEPENDS)
$(1)/user:=$(USERID)
$(1): export POSTINST:=$$(call Package/$(1)/postinst)
$(1): export PRERM:=$$(call Package/$(1)/prerm)
$(1): export PREINST:=$$(call Package/$(1)/preinst)
$(1):
	mkdir -p $(OUT)/$(1)
	$$(call Package/$(1)/install,$(OUT)/$(1))
	printf '%s|%s|%s|%s\n' '$$($(1)/title)' '$$($(1)/depends)' '$$($(1)/user)' '$$(strip $$(Package/$(1)/conffiles))' >$(OUT)/$(1).said
	printf '%s' "$$$$POSTINST" >$(OUT)/$(1).postinst
	printf '%s' "$$$$PRERM" >$(OUT)/$(1).prerm
	printf '%s' "$$$$PREINST" >$(OUT)/$(1).preinst
.PHONY: $(1)
endef

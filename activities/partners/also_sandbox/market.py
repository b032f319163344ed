"""The operations of the SimpleAPI on the sandbox's records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from activities.partners.also_sandbox import forms
from activities.partners.also_sandbox.catalogue import MOST_LICENCES, PRODUCTS, TENANT
from activities.partners.also_sandbox.charges import invoice
from activities.partners.also_sandbox.lifetime import (
    LICENCES,
    SERVICE,
    advance,
    begin_term,
    change_licences,
    terminate,
)
from activities.partners.also_sandbox.records import (
    MARKETPLACE,
    OF_THE_COMPANY,
    RESELLER_ACCOUNT,
    Company,
    Records,
    Subscription,
)
from activities.partners.also_sandbox.refusal import Refusal
from terms.calendar import local_date, next_month_start

Body = Mapping[str, Any]
REQUIRED = ("CompanyName", "Address", "City", "Zip", "Country", "Domain", "Email", "Marketplaces")


class Market:
    """Each operation is told the time. All raise Refusal."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.touched: set[int] = set()
        """The customers of whom something may be other than it was kept."""
        self.operations: dict[str, Callable[[Body, datetime], Any]] = {
            "PingPong": lambda body, at: "Pong",
            "CreateCompany": self.create_company,
            "GetCompanies": self.get_companies,
            "GetCompany": self.get_company,
            "GetAvailableServicesForMarketplace": self.get_services,
            "GetFieldsForService": self.get_fields,
            "GetSubscriptionFieldsForRenew": self.get_renewal_fields,
            "CreateSubscription": self.create_subscription,
            "GetSubscription": self.get_subscription,
            "GetSubscriptions": self.get_subscriptions,
            "UpdateSubscription": self.update_subscription,
            "ConfigureSubscriptionRenew": self.configure_renewal,
            "ResetDefaultRenewValues": self.reset_renewal,
            "TerminateAccount": self.terminate_account,
            "GetLatestInvoicesForPeriod": self.get_invoices,
        }

    def create_company(self, body: Body, at: datetime) -> Any:
        details = _section(body, "companyAccount")
        missing = [name for name in REQUIRED if name not in details]
        if missing:
            raise Refusal(f"Missing values: {', '.join(missing)}.")
        if details.get("ParentAccountId") != RESELLER_ACCOUNT or details["Marketplaces"] != [MARKETPLACE]:
            raise Refusal("Access to the parent account or the marketplace is denied.")
        kept = OF_THE_COMPANY - {"PurchaseOrderNumber"} if self.records.behaviour.drops_references else OF_THE_COMPANY
        company = Company(
            account_id=self.records.new_account(),
            details={name: value for name, value in details.items() if name in kept},
            contact={name: value for name, value in details.items() if name not in OF_THE_COMPANY},
            reached=at,
        )
        self.records.add_company(company)
        self.touched.add(company.account_id)
        return forms.company(company)

    def get_companies(self, body: Body, at: datetime) -> Any:
        if body.get("parentAccountId") != RESELLER_ACCOUNT:
            raise Refusal("Access to the account is denied.")
        return [forms.company(each) for each in self.records.companies.values()]

    def get_company(self, body: Body, at: datetime) -> Any:
        return [forms.company(self._company(body.get("accountId"), at))]

    def get_services(self, body: Body, at: datetime) -> Any:
        if body.get("marketplaceId") != MARKETPLACE:
            raise Refusal("Access to the marketplace is denied.")
        return [{"ProductName": each.service, "DisplayName": each.name} for each in PRODUCTS.values()]

    def get_fields(self, body: Body, at: datetime) -> Any:
        self._company(body.get("parentAccountId"), at)
        return forms.input_fields(_service(body.get("productName")))

    def get_renewal_fields(self, body: Body, at: datetime) -> Any:
        return forms.renewal_fields(self._subscription(body, at).service)

    def create_subscription(self, body: Body, at: datetime) -> Any:
        account = _section(body, "subscriptionAccount")
        company = self._company(account.get("ParentAccountId"), at)
        service = _service(account.get("ServiceName"))
        fields = _section(account, "Fields")
        depends_on = self._tenant_of(company, service, account.get("DependencyAccountId"))
        licences = None if service == TENANT else _licences(fields.get(LICENCES))
        today = local_date(company.reached)
        subscription = Subscription(
            account_id=self.records.new_account(),
            company_id=company.account_id,
            service=service,
            fields={name: str(value) for name, value in fields.items()},
            reference=None if self.records.behaviour.drops_references else account.get("PurchaseOrderNumber"),
            depends_on=depends_on,
            ready_at=company.reached + timedelta(minutes=self.records.behaviour.provisioning_minutes),
            failed=self.records.behaviour.provisioning_fails,
            first_day=today,
            term_start=today,
            unlisted=self.records.behaviour.lists_orders_late,
        )
        if licences is not None:
            begin_term(self.records, subscription, today, licences)
        self.records.add_subscription(subscription)
        return forms.subscription(subscription, company.reached)

    def get_subscription(self, body: Body, at: datetime) -> Any:
        found = self._subscription(body, at)
        return forms.subscription(found, self.records.companies[found.company_id].reached)

    def get_subscriptions(self, body: Body, at: datetime) -> Any:
        company = self._company(body.get("parentAccountId"), at)
        listed = []
        for each in company.subscriptions.values():
            if each.unlisted:
                each.unlisted -= 1
            else:
                listed.append(forms.subscription(each, company.reached))
        return listed

    def update_subscription(self, body: Body, at: datetime) -> Any:
        account = _section(body, "subscription")
        found = self._subscription({"accountId": account.get("AccountId")}, at)
        fields = {each["Name"]: each["Value"] for each in account.get("Fields", [])}
        at_end = account.get("AdvancePeriodEndAction", found.at_end)
        if (
            account.get("ServiceName") != found.service
            or set(fields) - {LICENCES}
            or at_end not in ("Renew", "Terminate")
        ):
            raise Refusal("The request holds fields that cannot be changed.")
        if not found.is_active:
            raise Refusal("The account is terminated.")
        if LICENCES in fields:
            change_licences(found, _licences(fields[LICENCES]), self._today(found))
        found.at_end = at_end
        # What is left out is empty then: the worst that ALSO might make of it.
        found.reference = account.get("PurchaseOrderNumber")

    def configure_renewal(self, body: Body, at: datetime) -> Any:
        found = self._subscription(body, at)
        values = _section(body, "fieldValues")
        if not found.is_active or found.ends_on is None or set(values) - {LICENCES, SERVICE}:
            raise Refusal("The renewal cannot be configured so.")
        if LICENCES in values:
            _licences(values[LICENCES])
        if SERVICE in values and PRODUCTS[_service(values[SERVICE])].term_months is None:
            raise Refusal("The product cannot take this one's place.")
        found.renewal = {name: str(value) for name, value in values.items()}

    def reset_renewal(self, body: Body, at: datetime) -> Any:
        self._subscription(body, at).renewal = {}

    def terminate_account(self, body: Body, at: datetime) -> Any:
        found = self._subscription(body, at)
        if self.records.behaviour.ignores_cancellations:
            return
        terminate(found, self._today(found))

    def get_invoices(self, body: Body, at: datetime) -> Any:
        """For each customer by its own time or the caller's, whichever is later; nothing for a month under way."""
        month = _month(body)
        answer = []
        for company in self.records.companies.values():
            today = local_date(max(company.reached, at))
            if today < next_month_start(month):
                continue
            # On copies: a question about one customer's month must not make another's time go by.
            subscriptions = [each.model_copy(deep=True) for each in company.subscriptions.values()]
            for each in subscriptions:
                advance(self.records, each, today)
            answer.append(invoice(company, subscriptions, month))
        return answer

    def _company(self, account: Any, at: datetime) -> Company:
        """The customer, whose time has come to be `at` unless it was later already."""
        company = self.records.companies.get(account) if isinstance(account, int) else None
        if company is None:
            raise Refusal("Access to the account is denied.")
        if at > company.reached:
            company.reached = at
        for each in company.subscriptions.values():
            advance(self.records, each, local_date(company.reached))
        self.touched.add(company.account_id)
        return company

    def _subscription(self, body: Body, at: datetime) -> Subscription:
        account = body.get("accountId")
        found = self.records.subscription(account) if isinstance(account, int) else None
        if found is None:
            raise Refusal("Access to the account is denied.")
        self._company(found.company_id, at)
        return found

    def _tenant_of(self, company: Company, service: str, account: Any) -> int | None:
        tenant = company.subscriptions.get(account) if isinstance(account, int) else None
        if service == TENANT:
            return None
        if tenant is None or tenant.service != TENANT or not tenant.is_active:
            raise Refusal("The subscription depends on a Microsoft tenant of the same company.")
        return tenant.account_id

    def _today(self, subscription: Subscription) -> date:
        return local_date(self.records.companies[subscription.company_id].reached)


def _section(body: Body, name: str) -> Mapping[str, Any]:
    section = body.get(name)
    if not isinstance(section, Mapping):
        raise Refusal(f"The value of '{name}' is missing.")
    return section


def _service(name: Any) -> str:
    if not isinstance(name, str) or name not in PRODUCTS:
        raise Refusal("The service is not available in the marketplace.")
    return name


def _licences(value: Any) -> int:
    if not isinstance(value, str) or not value.isdecimal() or not 1 <= int(value) <= MOST_LICENCES:
        raise Refusal(f"The quantity must be between 1 and {MOST_LICENCES}.")
    return int(value)


def _month(body: Body) -> date:
    try:
        return date(body["year"], body["month"], 1)
    except (KeyError, TypeError, ValueError):
        raise Refusal("The period is not valid.") from None
